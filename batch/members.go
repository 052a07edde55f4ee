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
// A page that is not full ends the list, as is documented: what lies behind it
// is not asked for.
func (l *Line) Members(ctx context.Context, list ListFunc, gid string, users []int64) (Membership, error) {
	for range max(3, l.maxAttempts) {
		m, err := l.readPages(ctx, list, gid, users)
		if !errors.Is(err, errMoving) {
			return m, err
		}
	}
	return Membership{}, fmt.Errorf("group %s: %w", gid, errMoving)
}

// readPages reads the list once, from its first page to its last.
func (l *Line) readPages(ctx context.Context, list ListFunc, gid string, users []int64) (Membership, error) {
	m := Membership{users: users, in: make([]bool, len(users))}
	var last int64
	for {
		var page []int64
		if err := l.Read(ctx, func(ctx context.Context) (err error) {
			page, err = list(ctx, gid, max(0, m.Total-1), PageSize)
			return err
		}); err != nil {
			return Membership{}, err
		}
		full := len(page) >= PageSize
		if m.Total > 0 {
			if len(page) == 0 || page[0] != last {
				return Membership{}, errMoving
			}
			page = page[1:]
		}
		m.Total += len(page)
		for _, id := range page {
			if i, ok := slices.BinarySearch(users, id); ok {
				m.in[i] = true
			}
			last = id
		}
		if !full {
			return m, nil
		}
	}
}
