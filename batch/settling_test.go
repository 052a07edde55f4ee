package batch_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// TestLongVerification: a group that was read in the first seconds of a long
// reading is read again when the pod has had its time.
func TestLongVerification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := rows("g", 1, 3)
		for g := range 100 {
			file = append(file, fmt.Sprintf("g%d,1", g))
		}
		var changed time.Time
		r := newTrial(t, file, func(r *trial) {
			r.line.Rate, r.d.ChunkSize = 2, 1
			r.pod.script = func(q request) reply {
				if q.gid == "g" && q.kind == "list" && time.Since(changed) < 3*time.Second {
					return reply{members: []int64{3}} // late
				}
				if q.kind == "change" {
					changed = time.Now()
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		v := r.d.Verify(r.ctx, nil)
		if !v.OK() {
			t.Errorf("not OK: %+v", v.Wrong)
		}
		r.d.Refute(v)
		r.want("rows", r.counts(), "103 removed ok")
	})
}

// TestOutcomeOfTheFuture: a report with a time to come, or a clock that was set
// back, holds a verification up no longer than a row of this moment does.
func TestOutcomeOfTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 2), nil)
		r.ledger.Settle(r.items(1, 2), batch.Outcome{Status: batch.Removed, Code: batch.CodeOK, At: time.Now().Add(24 * time.Hour).Unix()})
		begin := time.Now()
		v := r.d.Verify(r.ctx, nil)
		if took := time.Since(begin); took < batch.Settling || took > batch.Settling+time.Second {
			t.Errorf("it took %v", took)
		}
		r.want("wrong", v.WrongUsers(), 2)
	})
}
