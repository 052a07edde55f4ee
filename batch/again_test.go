package batch_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"ibremove/batch"
)

var errKilled = errors.New("killed")

// next is the next life of a run: the same file and pod, what was recorded,
// and nothing else.
func (c *trial) next(edit func(*trial)) *trial {
	c.t.Helper()
	n := newTrial(c.t, c.rows, nil)
	for _, e := range c.log.entries {
		if err := n.ledger.Restore(e); err != nil {
			c.t.Fatal(err)
		}
	}
	n.ledger.Reopen()
	n.d.Operation = c.d.Operation
	n.pod.op, n.pod.groups = c.pod.op, c.pod.groups
	n.log.entries = append(n.log.entries, c.log.entries...)
	if edit != nil {
		edit(n)
	}
	return n
}

// TestKilledAnywhere: a run that is killed after any number of records ends,
// when it has gone on, with everybody out and every row told so.
func TestKilledAnywhere(t *testing.T) {
	file := append(rows("g", 1, 5), rows("h", 1, 3)...)
	for at := range 14 {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				r := newTrial(t, file, func(r *trial) {
					r.d.ChunkSize, r.d.Window = 2, 2
					r.log.fail = func(batch.Entry) bool { n++; return n > at }
				})
				r.run(r.ctx)
				again := r.next(func(n *trial) { n.d.ChunkSize = 2 })
				again.run(again.ctx)
				again.want("left", again.left(), "")
				again.want("removed", again.ledger.Count(batch.Removed), 8)
				again.want("stop", again.reason(), "")
			})
		})
	}
}

func TestGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		script  func(request) reply // of the first life; then it is stopped
		then    func(request) reply
		rows    string // of the second life
		request string
	}{
		"a message after a 429 of an earlier life": {
			script: first(9, answered(429), true),
			rows:   "2 removed reconciled", request: "g[1 2] g?",
		},
		"unknown, was out": {
			script: unreadable(answered(404), first(9, lost(), true)),
			rows:   "2 removed reconciled", request: "g?",
		},
		"unknown, was in": {
			script: unreadable(answered(404), first(9, lost(), false)),
			rows:   "2 removed ok", request: "g? g[1 2]",
		},
		"unknown, list unreadable again": {
			script: unreadable(answered(404), first(9, lost(), true)),
			then:   unreadable(answered(404), func(request) reply { return reply{} }),
			rows:   "2 unknown connection_lost", request: "g?",
		},
		"failed is not sent again": {
			script: first(9, answered(409), false),
			rows:   "2 failed http_409", request: "",
		},
		"no connection leaves no doubt": {
			script: first(9, noConnection(), false),
			then:   func(request) reply { return reply{messages: []string{"no", "no"}} },
			rows:   "2 failed pod_message", request: "g[1 2]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, rows("g", 1, 2), func(r *trial) { r.pod.script = c.script })
				r.run(r.ctx)
				again := r.next(func(n *trial) { n.pod.script = c.then })
				again.run(again.ctx)
				again.want("rows", again.counts(), c.rows)
				again.want("requests", again.pod.requests(), c.request)
			})
		})
	}
}

// TestLimitIsOfThisLife: a run that --max-failures stopped can be gone on
// with under the same limit.
func TestLimitIsOfThisLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := func(r *trial) {
			r.d.ChunkSize, r.d.MaxFailures = 1, batch.Limit{Most: 3, Unit: batch.Rows}
			r.pod.script = first(99, answered(409), false)
		}
		r := newTrial(t, rows("g", 1, 12), limits)
		for _, want := range []int{4, 8, 12} {
			r.run(r.ctx)
			r.want("failed", r.ledger.Count(batch.Failed), want)
			r = r.next(limits)
		}
	})
}

// TestPreflightOfDoubt: who may have been sent in an earlier life and is out
// was removed, not absent; what cannot be read of him stays unknown.
func TestPreflightOfDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, append(rows("g", 1, 2), rows("h", 3, 3)...), func(r *trial) {
			r.pod.script = unreadable(answered(404), first(9, lost(), true))
		})
		r.run(r.ctx)
		again := r.next(func(n *trial) {
			n.pod.groups["g"][2] = true
			n.pod.script = func(q request) reply {
				if q.gid == "h" {
					return reply{err: answered(404)}
				}
				return reply{}
			}
		})
		again.d.Preflight(again.ctx)
		again.run(again.ctx)
		again.wantRows("g1 removed reconciled 0 1", "g2 removed ok 200 1", "h3 unknown connection_lost 0 1")
	})
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 2), func(r *trial) { r.pod.script = first(9, answered(429), true) })
		r.run(r.ctx)
		again := r.next(nil)
		again.d.Preflight(again.ctx)
		again.wantRows("g1 removed reconciled 0 1", "g2 removed reconciled 0 1")
	})
}

// TestRestoreForeign: a journal of another file is an error.
func TestRestoreForeign(t *testing.T) {
	l, _ := check(t, "gid,userId\ng,1\n", batch.CheckOptions{})
	for _, e := range []batch.Entry{
		{Intent: []batch.Chunk{{GID: "g", Users: []int64{2}}}},
		{Settled: []batch.Settlement{{Chunk: batch.Chunk{GID: "h", Users: []int64{1}}}}},
	} {
		if l.Restore(e) == nil {
			t.Errorf("restored %+v", e)
		}
	}
}

// TestStoppedLookUp: a stop ends the looking up of what an earlier life left.
func TestStoppedLookUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, groups(4), func(r *trial) { r.pod.script = unreadable(answered(404), first(99, lost(), true)) })
		r.run(r.ctx)
		again := r.next(nil)
		again.stop(&batch.Stop{Reason: batch.StopSignal, Err: errKilled})
		again.run(again.ctx)
		again.want("requests", again.pod.requests(), "")
		again.want("rows", again.counts(), "4 unknown connection_lost")
	})
}
