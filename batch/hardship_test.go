package batch_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// TestPaceOfSlowPod: a pod that takes its time does not slow the pace, as far
// as the requests in flight allow.
func TestPaceOfSlowPod(t *testing.T) {
	for _, latency := range []time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond, time.Second} {
		t.Run(latency.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const rate, n = 20, 200
				r := newTrial(t, groups(n), func(r *trial) {
					r.line.Rate, r.line.Concurrency, r.pod.delay = rate, rate+2, latency
				})
				begin := time.Now()
				r.run(r.ctx)
				ideal := (n-1)*time.Second/rate + latency
				if took := time.Since(begin) - r.loggedIn(); float64(took) > 1.005*float64(ideal) {
					t.Errorf("it took %v, and %v would do", took, ideal)
				}
			})
		})
	}
}

// loggedIn is how long the first request waited for the one that logged in.
func (c *trial) loggedIn() time.Duration {
	return c.pod.times("change")[0].Sub(c.pod.times("login")[0].Add(c.pod.delay))
}

// TestSlowGroup: one group that is answered late holds up no other.
func TestSlowGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate, chunks, others = 20, 5, 50
		var file []string
		for g := range others {
			file = append(file, rows(fmt.Sprintf("g%d", g), 1, chunks)...)
		}
		file = append(file, rows("slow", 1, chunks)...)
		r := newTrial(t, file, func(r *trial) {
			r.line.Rate, r.line.Concurrency = rate, 4
			r.pod.before = func(q request) {
				if q.gid == "slow" {
					<-time.After(5 * time.Second)
				}
			}
			r.d.ChunkSize = 1
		})
		r.run(r.ctx)
		r.want("rows", r.counts(), fmt.Sprint(chunks*(others+1), " removed ok"))
		var first, last time.Time
		for _, q := range r.pod.got {
			if q.kind == "change" && q.gid != "slow" {
				if first.IsZero() {
					first = q.at
				}
				last = q.at
			}
		}
		ideal := (chunks*(others+1) - 1) * time.Second / rate
		if took := last.Sub(first); took > ideal+time.Second/rate {
			t.Errorf("the others took %v, and %v would do", took, ideal)
		}
	})
}

// TestOneInTenThrottled: a pod that is too busy now and then gets a slower
// pace, and still a steady one.
func TestOneInTenThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate, n = 5, 200
		r := newTrial(t, groups(n), func(r *trial) {
			r.line.Rate, r.line.Concurrency = rate, 4
			r.d.MaxAttempts = 5
			r.line.Backoff = batch.Backoff{}
			r.pod.script = func(q request) reply {
				if q.n%10 == 0 {
					return reply{err: answered(503)}
				}
				return reply{}
			}
		})
		begin := time.Now()
		r.run(r.ctx)
		r.want("rows", r.counts(), fmt.Sprint(n, " removed ok"))
		ideal := n * 10 / 9 * time.Second / rate
		if took := time.Since(begin); took > 3*ideal {
			t.Errorf("it took %v; a pod that refused nothing would have taken %v", took, ideal)
		}
	})
}

// TestLargeGroupMovesByItself: a group of more than a page, from which others
// of the run's requests take people while a lost answer is looked up, can be
// read all the same.
func TestLargeGroupMovesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const members, leaving = 2*batch.PageSize + 500, 6000
		r := newTrial(t, rows("g", 1, leaving), func(r *trial) {
			r.line.Rate, r.line.Concurrency, r.pod.delay = 100, 4, 100*time.Millisecond
			r.d.MaxAttempts, r.line.MaxAttempts = 5, 5
			r.pod.script = func(q request) reply {
				if q.kind == "change" && q.n == 3 {
					return reply{err: answered(502)}
				}
				return reply{}
			}
		})
		for u := int64(leaving) + 1; u <= members; u++ {
			r.pod.groups["g"][u] = true
		}
		r.run(r.ctx)
		r.want("rows", r.counts(), "5995 removed ok, 5 failed pod_message") // ids that end in 666 are deactivated
		if n := r.pod.count("list"); n > 10 {
			t.Errorf("%d pages were read", n)
		}
	})
}
