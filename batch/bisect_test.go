package batch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// TestBisect: a refused row is found among 64 with two requests a halving,
// and attempts start anew with each part.
func TestBisect(t *testing.T) {
	for name, c := range map[string]struct {
		bad      []int64
		requests int
	}{
		"one": {[]int64{37}, 1 + 2*6}, "none": {nil, 1}, "two apart": {[]int64{1, 64}, 1 + 2 + 4*5}, "two together": {[]int64{1, 2}, 1 + 2*6},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, rows("g", 1, 64), func(r *trial) {
					r.pod.script = func(q request) reply {
						if slices.ContainsFunc(c.bad, func(u int64) bool { return slices.Contains(q.users, u) }) {
							return reply{err: answered(400)}
						}
						return reply{}
					}
				})
				r.run(r.ctx)
				r.want("requests", r.pod.count("change"), c.requests)
				r.want("failed", r.ledger.Count(batch.Failed), len(c.bad))
				r.want("removed", r.ledger.Count(batch.Removed), 64-len(c.bad))
			})
		})
	}
}

func TestPartStartsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := make(map[string]int)
		r := newTrial(t, rows("g", 1, 2), func(r *trial) {
			r.pod.script = func(q request) reply {
				if q.kind != "change" || len(q.users) == 1 && q.users[0] == 1 {
					return reply{}
				}
				if fails[q.String()]++; fails[q.String()] < 3 {
					return reply{err: lost()}
				}
				if len(q.users) == 2 {
					return reply{err: answered(400)}
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		r.wantRows("g1 removed ok 200 4", "g2 removed ok 200 6")
	})
}

// TestShrink: after a 413 the smaller size holds for the rest of the run, for
// chunks that are under way too.
func TestShrink(t *testing.T) {
	for name, c := range map[string]struct {
		most, workers, refused, accepted int
	}{
		"one worker": {60, 1, 2, 20}, // 200, 100; then 50 at a time
		"four":       {60, 4, 8, 20},
		"odd":        {24, 1, 4, 40}, // 200, 100, 50; 25; then 13 at a time
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, rows("g", 1, 1000), func(r *trial) {
					r.line.Concurrency, r.pod.delay = c.workers, time.Second
					r.pod.script = func(q request) reply {
						if len(q.users) > c.most {
							return reply{err: answered(413)}
						}
						return reply{}
					}
				})
				r.run(r.ctx)
				r.want("removed", r.ledger.Count(batch.Removed), 1000)
				r.want("left", r.left(), "")
				refused, accepted := 0, 0
				for _, q := range r.pod.got {
					switch {
					case q.kind != "change":
					case len(q.users) > c.most:
						refused++
					default:
						accepted++
					}
				}
				if refused > c.refused {
					t.Errorf("%d requests were too large, want at most %d", refused, c.refused)
				}
				if most := 1000/((c.most+1)/2) + 5; accepted > most {
					t.Errorf("%d requests, want at most %d", accepted, most)
				}
			})
		})
	}
}

// TestGroupGone: a 404 ends its group, and no other.
func TestGroupGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, append(rows("g", 1, 6), rows("h", 1, 2)...), func(r *trial) {
			r.d.ChunkSize, r.d.Window = 2, 4
			r.pod.script = func(q request) reply {
				if q.gid == "g" {
					return reply{err: answered(404)}
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		r.want("requests", r.pod.requests(), "g[1 2] h[1 2]")
		r.want("rows", r.counts(), "6 failed http_404, 2 removed ok")
		r.want("attempts", strings.Join(r.verdicts()[:3], ", "), "g1 failed http_404 404 1, g2 failed http_404 404 1, g3 failed http_404 404 0")
	})
}

func TestMaxFailures(t *testing.T) {
	for name, c := range map[string]struct {
		limit   batch.Limit
		rows    int
		changes int // one row each, all refused
	}{
		"none":                      {batch.Limit{}, 20, 20},
		"3":                         {batch.Limit{Most: 3, Unit: batch.Rows}, 20, 4},
		"0":                         {batch.Limit{Unit: batch.Rows}, 20, 1},
		"1% counts from 1,000 rows": {batch.Limit{Most: 1, Unit: batch.Percent}, 1100, 1000},
		"100%":                      {batch.Limit{Most: 100, Unit: batch.Percent}, 1100, 1100},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, rows("g", 1, c.rows), func(r *trial) {
					r.d.ChunkSize, r.d.MaxFailures = 1, c.limit
					r.pod.script = func(request) reply { return reply{messages: []string{"no"}} }
				})
				r.run(r.ctx)
				r.want("changes", r.pod.count("change"), c.changes)
				stopped := batch.Reason("")
				if c.changes < c.rows {
					stopped = batch.StopFailures
				}
				r.want("stop", r.reason(), stopped)
				r.want("failed", r.ledger.Count(batch.Failed), c.changes)
			})
		})
	}
}

// TestLeastRequests: as few as can be, however the rows are mixed, and in one
// intent as many chunks as a window holds.
func TestLeastRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mixed []string
		for i := range 1000 {
			for _, gid := range []string{"a", "b", "c"} {
				if i%7 != 0 || gid != "b" {
					mixed = append(mixed, fmt.Sprintf("%s,%d", gid, 1+i*37%1000))
				}
			}
		}
		r := newTrial(t, mixed, func(r *trial) { r.line.Concurrency, r.d.Window = 4, 4 })
		want := 5 + 5 + 5 // 1000, 857 and 1000 of 200
		r.want("planned", r.ledger.Requests(200), want)
		r.run(r.ctx)
		r.want("changes", r.pod.count("change"), want)
		r.want("left", r.left(), "")
		intents := 0
		for _, e := range r.log.entries {
			if e.Intent != nil {
				intents++
			}
		}
		r.want("intents", intents, 4)
	})
}

// TestOneLookForAllMessages: whatever the pod says in how many ways, rows in
// doubt are looked up once.
func TestOneLookForAllMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 9), func(r *trial) {
			r.pod.script = func(q request) reply {
				switch {
				case q.kind == "list":
					return reply{err: answered(404)}
				case q.n == 1:
					return reply{err: answered(503)}
				}
				var each []string
				for _, u := range q.users {
					each = append(each, fmt.Sprint("no ", u))
				}
				return reply{messages: each}
			}
		})
		r.run(r.ctx)
		r.want("lists", r.pod.count("list"), 1)
		r.want("rows", r.counts(), "9 unknown http_503")
		r.want("stop", r.reason(), "")
	})
}
