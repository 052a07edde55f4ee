package batch_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ibremove/batch"
)

func fastLine() *batch.Line {
	return batch.NewLine(batch.LineConfig{Rate: 1e6, Concurrency: 1, MaxAttempts: 3, Stop: func(error) {}})
}

// upTo are the users 1 to n.
func upTo(n int) []int64 {
	group := make([]int64, n)
	for i := range group {
		group[i] = int64(i + 1)
	}
	return group
}

// membership reads a group of users 1 to n to its end; between may change it
// before each page.
func membership(t *testing.T, n int, ask []int64, between func(page int, group []int64) []int64) (batch.Membership, int, error) {
	t.Helper()
	group := upTo(n)
	pages := 0
	m, err := fastLine().AllMembers(t.Context(), func(_ context.Context, _ string, skip, limit int) ([]int64, error) {
		if pages++; between != nil {
			group = between(pages, group)
		}
		page := group[min(skip, len(group)):]
		return slices.Clone(page[:min(limit, len(page))]), nil
	}, "g", ask)
	return m, pages, err
}

func TestMembers(t *testing.T) {
	const page = batch.PageSize
	without := func(at int, users ...int64) func(int, []int64) []int64 {
		return func(n int, group []int64) []int64 {
			if n == at {
				return slices.DeleteFunc(slices.Clone(group), func(u int64) bool { return slices.Contains(users, u) })
			}
			return group
		}
	}
	for name, c := range map[string]struct {
		members int
		ask     []int64
		between func(int, []int64) []int64
		in      []int64
		total   int
		pages   int
	}{
		"empty":                 {0, []int64{1}, nil, nil, 0, 1},
		"nobody is missing":     {3, []int64{1, 3}, nil, []int64{1, 3}, 3, 2},
		"one alone":             {1, []int64{1, 2}, nil, []int64{1}, 1, 2},
		"somebody is missing":   {3, []int64{1, 9}, nil, []int64{1}, 3, 2},
		"exactly one page":      {page, []int64{1, page, page + 1}, nil, []int64{1, page}, page, 2},
		"one more":              {page + 1, []int64{page + 1}, nil, []int64{page + 1}, page + 1, 2},
		"thirty pages":          {299_970, []int64{1, 10_000, 10_001, 19_999, 299_970, 299_971}, nil, []int64{1, 10_000, 10_001, 19_999, 299_970}, 299_970, 30},
		"who left before place": {2 * page, []int64{page + 1, 2 * page}, without(2, 7), []int64{page + 1, 2 * page}, 2*page - 1, 5},
		"who left behind place": {2 * page, []int64{page + 1, 2 * page}, without(2, 2*page), []int64{page + 1}, 2*page - 1, 3},
		"all left":              {2 * page, []int64{5}, func(n int, g []int64) []int64 { return g[:len(g)*min(1, 2-min(n, 2))] }, nil, 0, 3},
		"who joined in front": {2 * page, []int64{-5, 2 * page}, func(n int, g []int64) []int64 {
			if n == 2 {
				return append([]int64{-5}, g...)
			}
			return g
		}, []int64{-5, 2 * page}, 2*page + 1, 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, pages, err := membership(t, c.members, c.ask, c.between)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range c.ask {
					if m.In(u) != slices.Contains(c.in, u) {
						t.Errorf("In(%d) = %v", u, m.In(u))
					}
				}
				if m.Total != c.total || pages > c.pages {
					t.Errorf("%d members in %d pages, want %d in at most %d", m.Total, pages, c.total, c.pages)
				}
			})
		})
	}
}

// TestMembersInNoOrder: pages of a list whose order changes are never
// believed; a list that is surely of one page needs no order.
func TestMembersInNoOrder(t *testing.T) {
	shuffle := func(_ int, group []int64) []int64 {
		rand.New(rand.NewPCG(1, uint64(group[0]))).Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
		return group
	}
	synctest.Test(t, func(t *testing.T) {
		_, _, err := membership(t, 25_000, []int64{25_000}, shuffle)
		if err == nil || !strings.Contains(err.Error(), "membership changed") {
			t.Errorf("pages in no order were believed: %v", err)
		}
		line := fastLine()
		read := func(group []int64) (batch.Membership, error) {
			return line.Members(t.Context(), func(_ context.Context, _ string, skip, _ int) ([]int64, error) {
				return shuffle(0, slices.Clone(group[skip:])), nil
			}, "g", []int64{5, 9_000, 9_001})
		}
		if _, err := read(upTo(9_001)); err != nil {
			t.Error(err)
		}
		m, err := read(upTo(9_000))
		if err != nil || !m.In(5) || !m.In(9_000) || m.In(9_001) {
			t.Errorf("one page in no order: %v", err)
		}
	})
}

// TestAnyPageUnreadable: a page that cannot be read leaves the rows unknown,
// though the pages before it could.
func TestAnyPageUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, []string{"g,1", "g,30000"}, func(r *trial) {
			for u := range int64(25_000) {
				r.pod.groups["g"][u+2] = true
			}
			r.pod.script = func(q request) reply {
				switch {
				case q.kind == "change":
					return reply{err: lost(), applied: true}
				case q.skip > 0:
					return reply{err: answered(500)}
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		r.want("rows", r.counts(), "2 unknown connection_lost")
		r.want("pages", r.pod.count("list"), 1+3)
	})
}
