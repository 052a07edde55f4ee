package batch_test

import (
	"testing"
	"testing/synctest"

	"ibremove/batch"
)

// first answers the first n changes with err, and leaves the rest to the pod.
func first(n int, err error, applied bool) func(request) reply {
	return func(r request) reply {
		if r.kind == "change" && r.n <= n {
			return reply{err: err, applied: applied}
		}
		return reply{}
	}
}

// unreadable breaks every list besides.
func unreadable(err error, script func(request) reply) func(request) reply {
	return func(r request) reply {
		if r.kind == "list" {
			return reply{err: err}
		}
		return script(r)
	}
}

// TestEvents is the table of what each event means, for a chunk of two rows;
// three sends at most.
func TestEvents(t *testing.T) {
	const all = 99
	for name, c := range map[string]struct {
		script   func(request) reply
		add      bool
		rows     []string // of users 1 and 2 of g
		requests string
		left     string
		reason   batch.Reason
	}{
		"200": {
			rows: []string{"g1 removed ok 200 1", "g2 removed ok 200 1"}, requests: "g[1 2]",
		},
		"200 with a message": {
			script: func(request) reply { return reply{messages: []string{"", "no such user"}} },
			rows:   []string{"g1 removed ok 200 1", "g2 failed pod_message 200 1"}, requests: "g[1 2]", left: "g1 g2",
		},
		"unbelievable, carried out": {
			script: first(1, badAnswer(200), true),
			rows:   []string{"g1 removed reconciled 200 1", "g2 removed reconciled 200 1"}, requests: "g[1 2] g?",
		},
		"unbelievable, not carried out": {
			script: first(1, badAnswer(200), false),
			rows:   []string{"g1 removed ok 200 2", "g2 removed ok 200 2"}, requests: "g[1 2] g? g[1 2]",
		},
		"redirected to the end": {
			script: first(all, badAnswer(302), false),
			rows:   []string{"g1 failed http_302 302 3", "g2 failed http_302 302 3"}, requests: "g[1 2] g? g[1 2] g? g[1 2] g?", left: "g1 g2",
		},
		"500 to the end": {
			script: first(all, answered(500), false),
			rows:   []string{"g1 failed http_500 500 3", "g2 failed http_500 500 3"}, requests: "g[1 2] g? g[1 2] g? g[1 2] g?", left: "g1 g2",
		},
		"lost, carried out": {
			script: first(1, lost(), true),
			rows:   []string{"g1 removed reconciled 0 1", "g2 removed reconciled 0 1"}, requests: "g[1 2] g?",
		},
		"timeout, list 404": {
			script: unreadable(answered(404), first(1, timeout(), true)),
			rows:   []string{"g1 unknown timeout 0 1", "g2 unknown timeout 0 1"}, requests: "g[1 2] g?",
		},
		"502, list 500": {
			script: unreadable(answered(500), first(1, answered(502), false)),
			rows:   []string{"g1 unknown http_502 502 1", "g2 unknown http_502 502 1"}, requests: "g[1 2] g? g? g?", left: "g1 g2",
		},
		"bad answer, list forbidden": {
			script: unreadable(answered(403), first(1, badAnswer(200), true)),
			rows:   []string{"g1 unknown bad_answer 200 1", "g2 unknown bad_answer 200 1"}, requests: "g[1 2] g?", reason: batch.StopEntitlement,
		},
		"no connection at first": {
			script: first(2, noConnection(), false),
			rows:   []string{"g1 removed ok 200 3", "g2 removed ok 200 3"}, requests: "g[1 2] g[1 2] g[1 2]",
		},
		"no connection": {
			script: first(all, noConnection(), false),
			rows:   []string{"g1 not_sent no_connection 0 3", "g2 not_sent no_connection 0 3"}, requests: "g[1 2] g[1 2] g[1 2]", left: "g1 g2",
		},
		"certificate": {
			script: first(all, fatal(), false),
			rows:   []string{"g1 not_sent no_connection 0 1", "g2 not_sent no_connection 0 1"}, requests: "g[1 2]", left: "g1 g2", reason: batch.StopConnection,
		},
		"429 once": {
			script: first(1, answered(429), false),
			rows:   []string{"g1 removed ok 200 2", "g2 removed ok 200 2"}, requests: "g[1 2] g[1 2]",
		},
		"429 that was carried out": {
			script: first(1, answered(429), true),
			rows:   []string{"g1 removed reconciled 200 2", "g2 removed reconciled 200 2"}, requests: "g[1 2] g[1 2] g?",
		},
		"429 that was carried out, list 404": {
			script: unreadable(answered(404), first(1, answered(429), true)),
			rows:   []string{"g1 unknown http_429 200 2", "g2 unknown http_429 200 2"}, requests: "g[1 2] g[1 2] g?",
		},
		"503 used up": {
			script: first(all, answered(503), false),
			rows:   []string{"g1 not_sent http_503 503 3", "g2 not_sent http_503 503 3"}, requests: "g[1 2] g[1 2] g[1 2]", left: "g1 g2",
		},
		"429 that was carried out, then 400": {
			script: func(r request) reply {
				if r.kind == "list" {
					return reply{}
				}
				return reply{err: answered([]int{429, 400}[min(r.n, 2)-1]), applied: r.n == 1}
			},
			rows: []string{"g1 removed reconciled 400 2", "g2 removed reconciled 400 2"}, requests: "g[1 2] g[1 2] g?",
		},
		"429, then messages": {
			script: func(r request) reply {
				if r.kind == "change" && r.n == 1 {
					return reply{err: answered(429)}
				}
				if r.kind == "change" {
					return reply{messages: []string{"no such user", "deactivated"}}
				}
				return reply{}
			},
			rows: []string{"g1 failed pod_message 200 2", "g2 failed pod_message 200 2"}, requests: "g[1 2] g[1 2] g?", left: "g1 g2",
		},
		"401 once": {
			script: first(1, answered(401), false),
			rows:   []string{"g1 removed ok 200 2", "g2 removed ok 200 2"}, requests: "g[1 2] g[1 2]",
		},
		"401 on a fresh token": {
			script: first(all, answered(401), false),
			rows:   []string{"g1 not_sent http_401 401 2", "g2 not_sent http_401 401 2"}, requests: "g[1 2] g[1 2]", left: "g1 g2", reason: batch.StopAuthentication,
		},
		"403": {
			script: first(all, answered(403), false),
			rows:   []string{"g1 not_sent http_403 403 1", "g2 not_sent http_403 403 1"}, requests: "g[1 2]", left: "g1 g2", reason: batch.StopEntitlement,
		},
		"400": {
			script: func(r request) reply {
				if r.users[len(r.users)-1] == 2 {
					return reply{err: answered(400)}
				}
				return reply{}
			},
			rows: []string{"g1 removed ok 200 2", "g2 failed http_400 400 2"}, requests: "g[1 2] g[1] g[2]", left: "g2",
		},
		"413": {
			script: func(r request) reply {
				if len(r.users) > 1 {
					return reply{err: answered(413)}
				}
				return reply{}
			},
			rows: []string{"g1 removed ok 200 2", "g2 removed ok 200 2"}, requests: "g[1 2] g[1] g[2]",
		},
		"413 for one": {
			script: first(all, answered(413), false),
			rows:   []string{"g1 failed http_413 413 2", "g2 failed http_413 413 2"}, requests: "g[1 2] g[1] g[2]", left: "g1 g2",
		},
		"404": {
			script: first(all, answered(404), false),
			rows:   []string{"g1 failed http_404 404 1", "g2 failed http_404 404 1"}, requests: "g[1 2]", left: "g1 g2",
		},
		"409": {
			script: first(all, answered(409), false),
			rows:   []string{"g1 failed http_409 409 1", "g2 failed http_409 409 1"}, requests: "g[1 2]", left: "g1 g2",
		},
		"undo": {
			add: true, rows: []string{"g1 restored ok 200 1", "g2 restored ok 200 1"}, requests: "g[1 2]", left: "g1 g2",
		},
		"undo, lost, carried out": {
			add: true, script: first(1, lost(), true),
			rows: []string{"g1 restored reconciled 0 1", "g2 restored reconciled 0 1"}, requests: "g[1 2] g?", left: "g1 g2",
		},
		"undo, lost to the end": {
			add: true, script: first(all, lost(), false),
			rows: []string{"g1 failed connection_lost 0 3", "g2 failed connection_lost 0 3"}, requests: "g[1 2] g? g[1 2] g? g[1 2] g?",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, rows("g", 1, 2), func(r *trial) {
					r.pod.script = c.script
					if c.add {
						r.d.Operation = batch.Add
						clear(r.pod.groups["g"])
					}
				})
				r.run(r.ctx)
				r.wantRows(c.rows...)
				r.want("requests", r.pod.requests(), c.requests)
				r.want("members left", r.left(), c.left)
				r.want("stop", r.reason(), c.reason)
			})
		})
	}
}
