package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// PageSize is the most that membership/list gives at once (Pod API, 'List
// members of a group': limit, at most 10000).
const PageSize = 10000

// ListFunc reads one page of a group's membership: one request.
type ListFunc func(ctx context.Context, gid string, skip, limit int) ([]int64, error)

// Membership is what one reading of a group told about the users asked for.
type Membership struct {
	Total int     // members of the group, as far as it was read
	users []int64 // who was asked for, ascending
	in    []bool  // parallel to users
}

// In reports whether user, one of those asked for, is a member.
func (m Membership) In(user int64) bool {
	i, ok := slices.BinarySearch(m.users, user)
	return ok && m.in[i]
}

// errMoving: the group kept changing under the pages that were read.
var errMoving = errors.New("the membership changed while its pages were read, again and again")

// Members reads the whole membership of a group and holds only what is asked:
// users, ascending.
//
// Paging by skip is safe against a membership that changes meanwhile: someone
// who leaves a page already read moves all that follow one place up, and the
// next page would miss one. So each page begins with the last member of the
// page before; if it does not, the reading starts again. Someone who leaves or
// joins behind the place reached is read as he is when his page is; and a
// member cannot stand in two pages, as a user id occurs once in a group. A
// group that is read in one page is one answer, which needs no such care. The
// order of the list is not documented; an order that changes from page to page
// is an error after a few readings, never a wrong answer.
//
// A page that is not full ends the list, as far as is documented. Since a pod
// that gives less than it is asked for would make members look gone, somebody
// who was not found is believed to be out only if nothing stands behind such a
// page, or if the pod was seen to give longer ones. Otherwise the reading
// starts again with pages of the length that the pod gives.
func (l *Line) Members(ctx context.Context, list ListFunc, gid string, users []int64) (Membership, error) {
	size := PageSize
	for range max(3, l.maxAttempts) {
		m, err := l.readPages(ctx, list, gid, users, &size)
		if !errors.Is(err, errMoving) {
			return m, err
		}
	}
	return Membership{}, fmt.Errorf("group %s: %w", gid, errMoving)
}

// readPages reads the list once, with pages of size; it makes size smaller if
// the pod gives less.
func (l *Line) readPages(ctx context.Context, list ListFunc, gid string, users []int64, size *int) (Membership, error) {
	m := Membership{users: users, in: make([]bool, len(users))}
	missing := len(users)
	var last int64
	for {
		page, err := l.readPage(ctx, list, gid, max(0, m.Total-1), *size)
		if err != nil {
			return Membership{}, err
		}
		given := len(page)
		if m.Total > 0 {
			if given == 0 || page[0] != last {
				return Membership{}, errMoving
			}
			page = page[1:]
		}
		m.Total += len(page)
		for _, id := range page {
			if i, ok := slices.BinarySearch(users, id); ok && !m.in[i] {
				m.in[i] = true
				missing--
			}
			last = id
		}
		if given >= *size {
			continue
		}
		if missing == 0 || given == 0 || given < int(l.longest.Load()) {
			return m, nil
		}
		behind, err := l.readPage(ctx, list, gid, m.Total, *size)
		if err != nil || len(behind) == 0 {
			return m, err
		}
		*size = max(2, given)
		return Membership{}, errMoving
	}
}

func (l *Line) readPage(ctx context.Context, list ListFunc, gid string, skip, size int) (page []int64, err error) {
	err = l.Read(ctx, func(ctx context.Context) (err error) {
		page, err = list(ctx, gid, skip, size)
		return err
	})
	for n := l.longest.Load(); int64(len(page)) > n && !l.longest.CompareAndSwap(n, int64(len(page))); {
		n = l.longest.Load()
	}
	return page, err
}
