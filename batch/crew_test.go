package batch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// TestPaceOfParts: one chunk that is taken apart keeps all workers busy, and
// costs no more requests than one worker makes.
func TestPaceOfParts(t *testing.T) {
	for name, c := range map[string]struct {
		status, most int // users that are not too many
		requests     int
		ideal        time.Duration
	}{
		"bisected": {400, 0, 511, 511 / 8 * time.Second},
		"halved":   {413, 4, 6 + 64, (6 + 64/8) * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, rows("g", 1, 256), func(r *trial) {
					r.line.Rate, r.line.Concurrency, r.pod.delay, r.d.ChunkSize = 20, 8, time.Second, 256
					r.pod.script = func(q request) reply {
						if q.kind == "change" && len(q.users) > c.most {
							return reply{err: answered(c.status)}
						}
						return reply{}
					}
				})
				begin := time.Now()
				r.run(r.ctx)
				if took := time.Since(begin); took > c.ideal+10*time.Second {
					t.Errorf("it took %v, and %v would about do", took, c.ideal)
				}
				r.want("requests", r.pod.count("change"), c.requests)
				r.want("rows", r.counts(), map[int]string{400: "256 failed http_400", 413: "256 removed ok"}[c.status])
			})
		})
	}
}

// TestPartsAreJoined: what was taken apart has come to its end when sending is
// over, and a panic in a part is one of the run.
func TestPartsAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 64), func(r *trial) {
			r.line.Concurrency, r.pod.delay, r.d.ChunkSize = 4, time.Second, 64
			r.pod.script = func(q request) reply {
				switch {
				case len(q.users) == 1 && q.users[0] == 7:
					panic("seven")
				case len(q.users) > 1:
					return reply{err: answered(400)}
				}
				return reply{}
			}
		})
		func() {
			defer func() { r.want("panic", recover(), "seven") }()
			r.run(r.ctx)
		}()
		r.want("stop", r.reason(), batch.StopInternal)
		settled := r.counts()
		<-time.After(time.Minute)
		r.want("rows a minute later", r.counts(), settled)
	})
}

// TestStopWhileTakenApart: parts that wait for their turn are not sent.
func TestStopWhileTakenApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 64), func(r *trial) {
			r.line.Concurrency, r.pod.delay, r.d.ChunkSize = 4, time.Second, 64
			r.pod.script = func(request) reply { return reply{err: answered(400)} }
		})
		time.AfterFunc(2500*time.Millisecond, func() { r.stop(&batch.Stop{Reason: batch.StopSignal, Err: errKilled}) })
		r.run(r.ctx)
		r.want("rows", r.counts(), "64 not_sent stopped")
		r.want("requests", r.pod.count("change"), 1+2+4)
	})
}
