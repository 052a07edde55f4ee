package batch_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// groups are n groups of one row each: a1,1 and so on, in the file's order.
func groups(n int) []string {
	var all []string
	for i := 1; i <= n; i++ {
		all = append(all, fmt.Sprintf("a%02d.,%d", i, i))
	}
	return all
}

// counts spells the ledger's counts, by status and code of the rows.
func (c *trial) counts() string {
	c.t.Helper()
	n, order := make(map[string]int), []string(nil)
	for _, v := range c.verdicts() {
		f := strings.Fields(v)
		key := f[1] + " " + f[2]
		if n[key]++; n[key] == 1 {
			order = append(order, key)
		}
	}
	for i, key := range order {
		order[i] = fmt.Sprintf("%d %s", n[key], key)
	}
	return strings.Join(order, ", ")
}

// TestBreaker: five chunks in a row that come to nothing end the run. What
// waits for its turn at that moment was not sent, and is no part of it.
func TestBreaker(t *testing.T) {
	good := func(at ...int) func(request) reply {
		return func(r request) reply {
			for _, n := range at {
				if r.kind == "change" && r.n == n {
					return reply{}
				}
			}
			return reply{err: answered(502)}
		}
	}
	fruitless := func(answer func(n int) error) func(request) reply {
		return func(r request) reply { return reply{err: answer(r.n)} }
	}
	for name, c := range map[string]struct {
		script      func(request) reply
		concurrency int
		counts      string
		changes     int
		reason      batch.Reason
	}{
		"unknown":                      {good(), 1, "5 unknown http_502, 7 not_sent stopped", 5, batch.StopUnreachable},
		"four workers":                 {good(), 4, "", 0, batch.StopUnreachable},
		"200 between":                  {good(5, 10), 1, "4 unknown http_502, 1 removed ok, 4 unknown http_502, 1 removed ok, 2 unknown http_502", 12, ""},
		"400 between":                  {fruitless(func(n int) error { return answered([]int{502, 400}[min(1, n%5/4)]) }), 1, "", 12, ""},
		"attempts used up":             {fruitless(func(int) error { return answered(503) }), 1, "5 not_sent http_503, 7 not_sent stopped", 15, batch.StopUnreachable},
		"no connection":                {fruitless(func(int) error { return noConnection() }), 1, "5 not_sent no_connection, 7 not_sent stopped", 15, batch.StopUnreachable},
		"409 is no answer that counts": {fruitless(func(int) error { return answered(409) }), 1, "12 failed http_409", 12, ""},
		"409 in doubt": {func(q request) reply {
			if q.kind == "change" && q.n%2 == 0 {
				return reply{err: answered(409)}
			}
			return reply{err: answered(503)}
		}, 1, "5 unknown http_503, 7 not_sent stopped", 10, batch.StopUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, groups(12), func(r *trial) {
					r.pod.script = c.script
					r.line.Concurrency = c.concurrency
					r.pod.delay = time.Second
				})
				r.run(r.ctx)
				r.want("stop", r.reason(), c.reason)
				if c.counts != "" {
					r.want("rows", joined(r.counts()), joined(c.counts))
				}
				if c.changes > 0 {
					r.want("changes", r.pod.count("change"), c.changes)
				}
				sent := 0
				for _, v := range r.verdicts() {
					if !strings.Contains(v, " not_sent stopped 0 0") {
						sent++
					}
				}
				if c.concurrency > 1 && sent != r.pod.count("change") {
					t.Errorf("%d rows tell that they were sent, %d were:\n%s", sent, r.pod.count("change"), strings.Join(r.verdicts(), "\n"))
				}
			})
		})
	}
}

// joined adds up equal kinds and sorts them: "1 b, 2 a, 3 a" is "5 a, 1 b".
func joined(counts string) string {
	sum, order := make(map[string]int), []string(nil)
	for _, c := range strings.Split(counts, ", ") {
		var n int
		_, _ = fmt.Sscan(c, &n)
		_, key, _ := strings.Cut(c, " ")
		if sum[key] == 0 {
			order = append(order, key)
		}
		sum[key] += n
	}
	slices.Sort(order)
	for i, key := range order {
		order[i] = fmt.Sprintf("%d %s", sum[key], key)
	}
	return strings.Join(order, ", ")
}

func TestOneLoginForAllWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, groups(16), func(r *trial) {
			r.line.Concurrency, r.pod.delay = 8, time.Second
			r.pod.script = func(q request) reply {
				if q.n <= 8 {
					return reply{err: answered(401)}
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		r.want("logins", r.pod.count("login"), 2)
		r.want("rows", r.counts(), "16 removed ok")
		r.want("changes", r.pod.count("change"), 16+8)
	})
}

// TestSessionEnds: a session that ends again and again is no reason to stop,
// nor do its 401s use up attempts.
func TestSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, groups(9), func(r *trial) {
			r.pod.script = func(q request) reply {
				if q.n%2 == 0 {
					return reply{err: answered(401)}
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		r.want("stop", r.reason(), "")
		r.want("rows", r.counts(), "9 removed ok")
	})
}

// TestSessionOfFewUses: a token that serves fewer requests than are in flight
// is refused while the answers of those that it served are still under way.
func TestSessionOfFewUses(t *testing.T) {
	for uses := 2; uses <= 4; uses++ {
		t.Run(fmt.Sprint(uses), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var left atomic.Int64
				r := newTrial(t, groups(24), func(r *trial) {
					r.line.Concurrency = 4
					r.line.Rate = 200
					r.pod.logins = func(int) error { left.Store(int64(uses)); return nil }
					r.pod.script = func(request) reply {
						if left.Add(-1) < 0 {
							return reply{err: answered(401)}
						}
						<-time.After(200 * time.Millisecond)
						return reply{}
					}
				})
				r.run(r.ctx)
				r.want("stop", r.reason(), "")
				r.want("rows", r.counts(), "24 removed ok")
			})
		})
	}
}

// TestRefusedForever: one group that is answered 401 whatever the token stops
// the run, though others go well.
func TestRefusedForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, groups(200), func(r *trial) {
			r.line.Concurrency = 4
			r.pod.delay = time.Second
			r.pod.script = func(q request) reply {
				if q.gid == "a03." {
					return reply{err: answered(401)}
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		r.want("stop", r.reason(), batch.StopAuthentication)
		if n := r.pod.count("login"); n > 17 {
			t.Errorf("%d logins for one request", n)
		}
	})
}

func TestReadyTokenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, groups(3), func(r *trial) {
			r.line.Login = nil
			r.pod.script = first(99, answered(401), false)
		})
		r.run(r.ctx)
		r.want("stop", r.reason(), batch.StopAuthentication)
		r.want("rows", r.counts(), "1 not_sent http_401, 2 not_sent stopped")
		r.want("requests", r.pod.requests(), "a01.[1]")
	})
}

func TestLoginFails(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		times  int // that it fails
		reason batch.Reason
		logins int
	}{
		"401":                {answered(401), 9, batch.StopAuthentication, 1},
		"redirected":         {badAnswer(302), 9, batch.StopAuthentication, 1},
		"429 to the end":     {answered(429), 9, batch.StopUnreachable, 3},
		"500, then a token":  {answered(500), 2, "", 3},
		"no connection":      {noConnection(), 9, batch.StopUnreachable, 3},
		"certificate":        {fatal(), 9, batch.StopConnection, 1},
		"503, then a token":  {answered(503), 1, "", 2},
		"not found: the URL": {answered(404), 9, batch.StopAuthentication, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, groups(1), func(r *trial) {
					r.pod.logins = func(n int) error {
						if n <= c.times {
							return c.err
						}
						return nil
					}
				})
				r.want("stop", r.reason(), c.reason)
				r.want("logins", r.pod.count("login"), c.logins)
				r.run(r.ctx)
				if c.reason != "" {
					r.want("requests", r.pod.requests(), "")
				}
			})
		})
	}
}

// TestDrain: at a stop, requests in flight come to their end, and nothing
// more goes out.
func TestDrain(t *testing.T) {
	for name, c := range map[string]struct {
		reason  batch.Reason
		replies [4]reply
		counts  string
	}{
		"answered":          {batch.StopSignal, [4]reply{}, "4 removed ok, 6 not_sent stopped"},
		"answer lost":       {batch.StopSignal, [4]reply{{err: lost(), applied: true}, {err: timeout()}}, "1 removed reconciled, 1 not_sent timeout, 2 removed ok, 6 not_sent stopped"},
		"throttled":         {batch.StopDeadline, [4]reply{{err: answered(429)}, {err: noConnection()}}, "1 not_sent http_429, 1 not_sent no_connection, 2 removed ok, 6 not_sent stopped"},
		"lost, unreachable": {batch.StopUnreachable, [4]reply{{err: lost(), applied: true}}, "1 removed reconciled, 3 removed ok, 6 not_sent stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, groups(10), func(r *trial) {
					r.line.Concurrency, r.pod.delay = 4, time.Minute
					r.pod.script = func(q request) reply {
						if q.kind == "change" {
							return c.replies[q.n-1]
						}
						return reply{}
					}
				})
				time.AfterFunc(time.Second, func() { r.stop(&batch.Stop{Reason: c.reason, Err: errors.New("stop")}) })
				r.run(r.ctx)
				r.want("rows", joined(r.counts()), joined(c.counts))
				r.want("changes", r.pod.count("change"), 4)
				r.want("stop", r.reason(), c.reason)
			})
		})
	}
}

// TestRecordFails: when the record cannot be kept, nothing more is sent.
func TestRecordFails(t *testing.T) {
	for name, c := range map[string]struct {
		fail    func(batch.Entry) bool
		changes int
	}{
		"the first intent":  {func(e batch.Entry) bool { return e.Intent != nil }, 0},
		"a settlement":      {func(e batch.Entry) bool { return e.Settled != nil }, 1},
		"the intent of a05": {func(e batch.Entry) bool { return e.Intent != nil && e.Intent[0].GID == "a05." }, 4},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, groups(10), func(r *trial) { r.log.fail = c.fail })
				r.run(r.ctx)
				r.want("stop", r.reason(), batch.StopRecord)
				if n := r.pod.count("change"); n > c.changes {
					t.Errorf("%d requests went out, %d may", n, c.changes)
				}
				r.want("removed", r.ledger.Count(batch.Removed), r.pod.count("change"))
				if !errors.Is(batch.Stopped(r.ctx), errDiskFull) {
					t.Errorf("stopped by %v", batch.Stopped(r.ctx))
				}
			})
		})
	}
}
