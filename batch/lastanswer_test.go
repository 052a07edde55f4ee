package batch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// TestLastAnswer: a row that was stopped while it waited has the status of the
// last answer, though that was one in doubt.
func TestLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 2), func(r *trial) {
			r.line.Rate, r.line.Backoff = 0.1, batch.Backoff{Initial: 1, Max: 1}
			r.pod.script = func(q request) reply {
				switch {
				case q.kind == "list":
					return reply{}
				case q.n == 1:
					return reply{err: answered(429)}
				}
				return reply{err: answered(502)}
			}
			r.pod.before = func(q request) {
				if q.kind == "list" {
					time.AfterFunc(time.Second, func() { r.stop(&batch.Stop{Reason: batch.StopSignal, Err: errKilled}) })
				}
			}
		})
		r.run(r.ctx)
		r.wantRows("g1 not_sent http_502 502 2", "g2 not_sent http_502 502 2")
	})
}
