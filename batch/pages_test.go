package batch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ibremove/batch"
)

// TestPagesShorterThanAsked: that a page which is not full ends the list is
// documented nowhere. Nobody is called out by a page that the pod cut, and
// nearly no request is made to find out.
func TestPagesShorterThanAsked(t *testing.T) {
	for _, limit := range []int{2, 3, 7, 1000} {
		for _, members := range []int{0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 1999, 2000, 2001} {
			if members > 200*limit {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				users := upTo(members + 1)
				m, err := fastLine().Members(t.Context(), func(_ context.Context, _ string, skip, _ int) ([]int64, error) {
					page := users[min(skip, members):members]
					return slices.Clone(page[:min(limit, len(page))]), nil
				}, "g", users)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range users {
					if m.In(u) != (u <= int64(members)) {
						t.Fatalf("%d members, %d a page: In(%d) is %v", members, limit, u, m.In(u))
					}
				}
				if m.Total != members {
					t.Errorf("%d members, %d a page: %d were read", members, limit, m.Total)
				}
			})
		}
	}
}

// TestPagesOfOne: such pages have no room for an overlap; they are not believed.
func TestPagesOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := fastLine().Members(t.Context(), func(_ context.Context, _ string, skip, _ int) ([]int64, error) {
			return upTo(5)[min(skip, 5):min(skip+1, 5)], nil
		}, "g", []int64{3})
		if err == nil {
			t.Error("a list was read by pages of one")
		}
	})
}

// TestPastTheEnd: whatever a pod says of a page behind the only member, he is
// the only one.
func TestPastTheEnd(t *testing.T) {
	for _, status := range []int{200, 400, 404} {
		synctest.Test(t, func(t *testing.T) {
			m, err := fastLine().Members(t.Context(), func(_ context.Context, _ string, skip, _ int) ([]int64, error) {
				if skip == 0 {
					return []int64{5}, nil
				}
				if status != 200 {
					return nil, answered(status)
				}
				return nil, nil
			}, "g", []int64{1})
			if err != nil || m.Total != 1 || m.In(1) {
				t.Errorf("%d: %+v, %v", status, m, err)
			}
		})
	}
}

// TestRequestsForPages: what is behind a short page is asked only where a cap
// could be, and where it matters.
func TestRequestsForPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := fastLine()
		var asked []string
		for _, c := range []struct {
			members int
			ask     int64
		}{{0, 1}, {3, 3}, {3, 4}, {2, 9}, {0, 9}, {3, 9}, {500, 9}, {499, 1000}, {500, 1000}, {5, 9}} {
			n := 0
			_, err := line.Members(t.Context(), func(_ context.Context, _ string, skip, _ int) ([]int64, error) {
				n++
				return upTo(c.members)[min(skip, c.members):], nil
			}, "g", []int64{c.ask})
			if err != nil {
				t.Error(err)
			}
			asked = append(asked, fmt.Sprint(n))
		}
		if got, want := strings.Join(asked, " "), "1 1 2 1 1 2 1 1 2 1"; got != want {
			t.Errorf("requests: %s, want %s", got, want)
		}
	})
}

// TestSkipThatIsNotMinded: a pod that gives all again has nothing more to give,
// unless its pages are full.
func TestSkipThatIsNotMinded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := func(members int) (batch.Membership, error) {
			group := upTo(members)
			slices.Reverse(group)
			return fastLine().Members(t.Context(), func(context.Context, string, int, int) ([]int64, error) {
				return group, nil
			}, "g", []int64{1, 20_000})
		}
		for _, members := range []int{1, 2, 3, 9_999} {
			if m, err := read(members); err != nil || !m.In(1) || m.In(20_000) || m.Total != members {
				t.Errorf("%d members: %+v, %v", members, m, err)
			}
		}
		if _, err := read(batch.PageSize); err == nil {
			t.Error("the same full page was believed to be the end")
		}
	})
}

// TestShuffledPage: a group that is read in one page may come in another order
// each time. That one member is left behind all but one tells that it is all.
func TestShuffledPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, members := range []int{1, 2, 3, 50, batch.PageSize} {
			turn := 0
			m, err := fastLine().Members(t.Context(), func(_ context.Context, _ string, skip, limit int) ([]int64, error) {
				group := upTo(members)
				turn++
				slices.Reverse(group[:max(1, members/turn)])
				return group[min(skip, members):min(skip+limit, members)], nil
			}, "g", []int64{1, 20_000})
			if err != nil || !m.In(1) || m.In(20_000) || m.Total != members {
				t.Errorf("%d members: %d, %v", members, m.Total, err)
			}
		}
	})
}

// TestOrderThatChanges: a member of a later page who changes places with one of
// a page already read is not called out.
func TestOrderThatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, moved := range []int{10_001, 15_000, 20_000} {
			lists := 0
			r := newTrial(t, []string{fmt.Sprintf("g,%d", moved)}, func(r *trial) {
				r.pod.script = func(q request) reply {
					if q.kind == "change" {
						return reply{err: timeout()} // not carried out
					}
					all := upTo(20_000)
					if lists++; lists > 1 {
						all[4], all[moved-1] = all[moved-1], all[4]
					}
					return reply{members: all[q.skip:min(q.skip+batch.PageSize, len(all))]}
				}
			})
			r.run(r.ctx)
			r.want("rows", r.counts(), "1 failed timeout")
		}
	})
}

// TestPageOfEqualIDs: such pages would never end.
func TestPageOfEqualIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pages := 0
		_, err := fastLine().Members(t.Context(), func(context.Context, string, int, int) ([]int64, error) {
			pages++
			return slices.Repeat([]int64{7}, batch.PageSize), nil
		}, "g", []int64{1})
		if err == nil || pages > 3 {
			t.Errorf("%d pages, %v", pages, err)
		}
	})
}
