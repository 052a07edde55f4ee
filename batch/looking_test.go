package batch_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// items are the accounts of users first to last of g.
func (c *trial) items(first, last int64) (all []uint32) {
	c.t.Helper()
	for u := first; u <= last; u++ {
		i, ok := c.ledger.Find([]byte("g"), u)
		if !ok {
			c.t.Fatalf("user %d has no account", u)
		}
		all = append(all, i)
	}
	return all
}

// TestCanary: the rest goes out only once the first are seen to be out.
func TestCanary(t *testing.T) {
	late := func(shown time.Duration) func(request) reply {
		begin := time.Now()
		return func(q request) reply {
			if q.kind == "list" && time.Since(begin) < shown {
				return reply{members: []int64{1, 2, 3, 4, 5, 6}}
			}
			return reply{}
		}
	}
	for name, c := range map[string]struct {
		script func() func(request) reply
		counts string
		reason batch.Reason
	}{
		"good":                {func() func(request) reply { return nil }, "6 removed ok", ""},
		"seen after a while":  {func() func(request) reply { return late(20 * time.Second) }, "6 removed ok", ""},
		"never seen":          {func() func(request) reply { return late(time.Hour) }, "2 failed still_member, 4 not_sent stopped", batch.StopCanary},
		"cannot be read":      {func() func(request) reply { return unreadable(answered(404), func(request) reply { return reply{} }) }, "2 removed ok, 4 not_sent stopped", batch.StopCanary},
		"refused is not done": {func() func(request) reply { return first(1, answered(409), false) }, "2 failed http_409, 4 removed ok", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, rows("g", 1, 6), func(r *trial) { r.pod.script = c.script() })
				r.d.Canary(r.ctx, r.items(1, 2))
				r.run(r.ctx)
				r.want("rows", r.counts(), c.counts)
				r.want("stop", r.reason(), c.reason)
				r.want("first", r.pod.got[1].String(), "g[1 2]")
			})
		})
	}
}

func TestVerify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, append(rows("g", 1, 3), "h,7", "i,8"), nil)
		r.run(r.ctx)
		r.pod.groups["g"][2] = true
		r.pod.script = func(q request) reply {
			if q.gid == "i" {
				return reply{err: answered(404)}
			}
			return reply{}
		}
		begin := time.Now()
		v := r.d.Verify(r.ctx, nil)
		if took := time.Since(begin); took < 29*time.Second || took > 31*time.Second {
			t.Errorf("it was read again for %v", took)
		}
		r.want("verification", fmt.Sprint(v.OK(), v.Users, v.Groups, v.WrongUsers(), v.Wrong[0].Users, len(v.Unread), v.Unread[0].GID), "false 5 2 1 [2] 1i")
		r.want("untouched", r.counts(), "5 removed ok")
		r.d.Refute(v)
		r.wantRows("g1 removed ok 200 1", "g2 failed still_member 200 1", "g3 removed ok 200 1", "h7 removed ok 200 1", "i8 removed ok 200 1")
		begin = time.Now()
		if v = r.d.Verify(r.ctx, func(i uint32) bool { return i == r.items(1, 1)[0] }); !v.OK() || time.Since(begin) > time.Second {
			t.Errorf("user 1 is out, and that takes no waiting: %+v after %v", v, time.Since(begin))
		}
	})
}

// TestVerifyCut: a verification that is stopped before the pod had its time
// blames nobody.
func TestVerifyCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 3), nil)
		r.run(r.ctx)
		r.pod.groups["g"][2] = true
		ctx, cancel := context.WithTimeout(r.ctx, 3*time.Second)
		defer cancel()
		v := r.d.Verify(ctx, nil)
		r.want("verification", fmt.Sprint(v.OK(), v.Cut, v.WrongUsers()), "false true 1")
		r.d.Refute(v)
		r.want("rows", r.counts(), "3 removed ok")
		v = r.d.Verify(ctx, nil)
		r.want("not begun", fmt.Sprint(v.OK(), v.Cut, len(v.Unread)), "false true 0")
	})
}

// TestCanaryOfEarlierLife: canaries that were sent, and whose fate was not seen
// before the run was stopped, are looked at before anything more is sent.
func TestCanaryOfEarlierLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 4), nil)
		ok := batch.Outcome{Status: batch.Removed, Code: batch.CodeOK, HTTPStatus: 200, Attempts: 1}
		r.ledger.Settle(r.items(1, 2), ok)
		delete(r.pod.groups["g"], 1) // 2 was called done, and is still in
		r.d.Canary(r.ctx, r.items(1, 2))
		r.d.Send(r.ctx)
		r.want("rows", r.counts(), "1 removed ok, 1 failed still_member, 2 not_sent stopped")
		r.want("changes", r.pod.count("change"), 0)
		r.want("stop", r.reason(), batch.StopCanary)
	})
}

// TestCanaryAttempts: a canary that became unknown is not sent once more in the
// same life: no id goes out more often than it may.
func TestCanaryAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lists := 0
		r := newTrial(t, rows("g", 1, 4), func(r *trial) {
			r.d.MaxAttempts, r.line.MaxAttempts = 2, 2
			r.pod.script = func(q request) reply {
				if q.kind == "list" {
					lists++
				}
				switch {
				case q.kind == "change" && q.users[0] == 1:
					return reply{err: answered(502)}
				case q.kind == "list" && lists <= 2:
					return reply{err: answered(502)}
				}
				return reply{}
			}
		})
		_ = r.d.LookUp(r.ctx)
		r.d.Canary(r.ctx, r.items(1, 1))
		r.d.Send(r.ctx)
		r.want("rows", r.counts(), "1 unknown http_502, 3 removed ok")
		sends := 0
		for _, q := range r.pod.got {
			if q.kind == "change" && q.users[0] == 1 {
				sends++
			}
		}
		r.want("sends", sends, 1)
	})
}

func TestPreflight(t *testing.T) {
	setUp := func(t *testing.T, edit func(*trial)) *trial {
		return newTrial(t, append(rows("g", 1, 4), rows("h", 5, 6)...), edit)
	}
	synctest.Test(t, func(t *testing.T) {
		r := setUp(t, func(r *trial) {
			r.pod.script = func(q request) reply {
				if q.gid == "h" {
					return reply{err: answered(404)}
				}
				return reply{}
			}
		})
		delete(r.pod.groups["g"], 2)
		r.pod.groups["g"][99] = true
		states := r.d.Preflight(r.ctx)
		r.want("states", fmt.Sprint(states[0].GID, states[0].Members, states[0].Leaving, states[0].Share(), states[1].GID, states[1].Gone), "g4 3 75htrue")
		r.run(r.ctx)
		r.wantRows("g1 removed ok 200 1", "g2 absent not_member 0 0", "g3 removed ok 200 1", "g4 removed ok 200 1", "h5 failed http_404 404 0", "h6 failed http_404 404 0")
		r.want("left", r.left(), "g99 h5 h6")
	})
	for name, c := range map[string]struct {
		err    error
		reason batch.Reason
	}{
		"500": {answered(500), batch.StopRead}, "timeout": {timeout(), batch.StopRead},
		"401": {answered(401), batch.StopAuthentication}, "403": {answered(403), batch.StopEntitlement},
		"certificate": {fatal(), batch.StopConnection},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := setUp(t, func(r *trial) { r.pod.script = unreadable(c.err, nil) })
				r.d.Preflight(r.ctx)
				r.run(r.ctx)
				r.want("stop", r.reason(), c.reason)
				r.want("changes", r.pod.count("change"), 0)
				r.want("rows", r.counts(), "6 not_sent stopped")
			})
		})
	}
}

func TestPreflightOfUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 3), func(r *trial) { r.d.Operation = batch.Add })
		delete(r.pod.groups["g"], 2)
		r.d.Preflight(r.ctx)
		r.run(r.ctx)
		r.wantRows("g1 absent already_member 0 0", "g2 restored ok 200 1", "g3 absent already_member 0 0")
	})
}

func TestExplain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, append(rows("g", 1, 3), "g,1666", "g,2666", "h,1666"), func(r *trial) {
			r.pod.script = func(q request) reply {
				if q.kind == "change" && q.users[0] == 3 {
					return reply{err: answered(400)}
				}
				return reply{}
			}
			r.d.ChunkSize = 2
		})
		r.run(r.ctx)
		asked := make(map[int64]int)
		r.d.Explain(r.ctx, func(_ context.Context, user int64) (string, error) {
			asked[user]++
			switch user {
			case 1666:
				return "DISABLED", nil
			case 3:
				return "", answered(500)
			}
			return "ENABLED", nil
		})
		r.want("asked", asked, map[int64]int{3: 1, 1666: 1, 2666: 1})
		r.wantRows("g1 removed ok 200 1", "g2 removed ok 200 1", "g3 failed http_400 400 2",
			"g1666 failed deactivated 200 2", "g2666 failed pod_message 200 1", "h1666 failed deactivated 200 1")
	})
}

// refusable are n rows that the pod refuses in words.
func refusable(n int) (many []string) {
	for i := range n {
		many = append(many, fmt.Sprintf("g,%d666", i+1))
	}
	return many
}

// TestExplainOfSilence: look-ups that come to nothing do not hold the report up
// for long.
func TestExplainOfSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, refusable(20), nil)
		r.run(r.ctx)
		for _, err := range []error{timeout(), lost(), answered(502), badAnswer(200), noConnection()} {
			asked := 0
			left, _ := r.d.Explain(r.ctx, func(context.Context, int64) (string, error) { asked++; return "", err })
			r.want(err.Error(), fmt.Sprint(asked, left), "5 16")
		}
		r.want("rows", r.counts(), "20 failed pod_message")
	})
}

func TestExplainsAHundredAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, refusable(150), nil)
		r.run(r.ctx)
		asked := 0
		left, more := r.d.Explain(r.ctx, func(context.Context, int64) (string, error) { asked++; return "DISABLED", nil })
		r.want("asked", fmt.Sprint(asked, left, more), "100 0 true")
		r.want("rows", r.counts(), "100 failed deactivated, 50 failed pod_message")
	})
}
