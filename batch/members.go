package batch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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

// Members reads the membership of a group until each of users, ascending, is
// found, or to its end, and holds only what is asked.
//
// Paging by skip is not safe against a membership that changes meanwhile:
// someone who leaves a page already read moves all that follow one place up,
// and the next page would miss one. So each page begins with the last member
// of the page before, and brings nobody who was read already: if it does not,
// the reading starts again. A group that is read in one page is one answer. The
// order of the list is not documented; one that changes from page to page is an
// error after a few readings.
//
// Nor is it documented that a page which is not full ends the list: the pod may
// give less than it is asked for. See [Line.mayBeCapped].
func (l *Line) Members(ctx context.Context, list ListFunc, gid string, users []int64) (Membership, error) {
	return l.readings(ctx, list, gid, users, false)
}

// AllMembers is Members that reads on to the end in any case, for the total.
func (l *Line) AllMembers(ctx context.Context, list ListFunc, gid string, users []int64) (Membership, error) {
	return l.readings(ctx, list, gid, users, true)
}

func (l *Line) readings(ctx context.Context, list ListFunc, gid string, users []int64, all bool) (Membership, error) {
	for range max(3, l.maxAttempts) {
		m, err := l.readPages(ctx, list, gid, users, all)
		if !errors.Is(err, errMoving) {
			return m, err
		}
	}
	return Membership{}, fmt.Errorf("group %s: %w", gid, errMoving)
}

// readPages reads the list once, page by page.
func (l *Line) readPages(ctx context.Context, list ListFunc, gid string, users []int64, all bool) (Membership, error) {
	m := Membership{users: users, in: make([]bool, len(users))}
	var seen []int64 // ascending
	var last int64
	for missing := len(users); all || missing > 0; {
		skip := len(seen)
		if skip > 1 { // one member alone is no overlap: who is asked for him again learns nothing
			skip--
		}
		var page []int64
		if err := l.Read(ctx, func(ctx context.Context) (err error) {
			page, err = list(ctx, gid, skip, PageSize)
			return err
		}); err != nil {
			if e, ok := podError(err); ok && len(seen) == 1 && (e.Status == http.StatusNotFound || e.Status == http.StatusBadRequest) {
				return m, nil // the one member was all: what is past the end is no group, or no page
			}
			return Membership{}, err
		}
		fresh := slices.Sorted(slices.Values(page))
		switch {
		case len(page) == 0 && len(seen) <= 1, len(page) == 1 && slices.Contains(seen, page[0]), len(page) < PageSize && slices.Equal(fresh, seen):
			// The list is as long as what was read, in whatever order it comes; or
			// the pod minds no skip, and gave all again.
			return m, nil
		case len(seen) > 0 && (len(page) == 0 || page[0] != last):
			return Membership{}, errMoving
		case len(seen) > 0:
			at, _ := slices.BinarySearch(fresh, last)
			fresh = slices.Delete(fresh, at, at+1)
		}
		var twice bool
		if seen, twice = merge(seen, fresh); twice {
			return Membership{}, errMoving
		}
		for _, id := range fresh {
			if i, ok := slices.BinarySearch(users, id); ok {
				m.in[i] = true
				missing--
			}
		}
		m.Total, last = len(seen), page[len(page)-1]
		if !l.mayBeCapped(len(page)) || len(fresh) == 0 {
			break
		}
	}
	return m, nil
}

// mayBeCapped reports whether a page of n members may end where the pod's pages
// do, and not where its list does. A cap is at least as long as the longest
// page that the pod has given: a shorter one is the last.
func (l *Line) mayBeCapped(n int) bool {
	for {
		longest := l.longest.Load()
		if int64(n) < longest {
			return false
		}
		if l.longest.CompareAndSwap(longest, int64(n)) {
			return true
		}
	}
}

// merge adds fresh ids to those seen, both ascending; twice: one of them is
// there already. It takes the place of seen.
func merge(seen, fresh []int64) (all []int64, twice bool) {
	i, j := len(seen)-1, len(fresh)-1
	all = slices.Grow(seen, len(fresh))[:len(seen)+len(fresh)]
	for k := len(all) - 1; j >= 0; k-- {
		twice = twice || i >= 0 && all[i] == fresh[j] || j > 0 && fresh[j-1] == fresh[j]
		if i >= 0 && all[i] > fresh[j] {
			all[k] = all[i]
			i--
		} else {
			all[k] = fresh[j]
			j--
		}
	}
	return all, twice
}
