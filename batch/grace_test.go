package batch_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
	"ibremove/podclient"
)

// hang is a list that gets no answer before ctx ends, or for a minute.
func hang(ctx context.Context, _ string, _, _ int) ([]int64, error) {
	select {
	case <-ctx.Done():
		return nil, &podclient.Error{Kind: podclient.Lost, Err: ctx.Err(), Message: ctx.Err().Error()}
	case <-time.After(time.Minute):
		return nil, timeout()
	}
}

// TestStopWhileReading: a membership that cannot be read does not hold up a
// stop, whether it was being read then or is read for an answer that was lost.
func TestStopWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 2), func(r *trial) {
			r.d.List = hang
			r.pod.script = func(request) reply { return reply{err: lost()} }
		})
		begin := time.Now()
		time.AfterFunc(5*time.Second, func() { r.stop(&batch.Stop{Reason: batch.StopSignal, Err: errKilled}) })
		r.run(r.ctx)
		if took := time.Since(begin); took != 15*time.Second {
			t.Errorf("the run ended after %v", took)
		}
		r.want("rows", r.counts(), "2 unknown connection_lost")
		i, _ := r.ledger.Find([]byte("g"), 1)
		if message := r.ledger.Outcome(i).Message; !strings.HasSuffix(message, "the run was stopping, and the pod did not answer in time") {
			t.Errorf("message %q", message)
		}
	})
}

// TestStopOfAVerification: what only reads ends at once.
func TestStopOfAVerification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, rows("g", 1, 2), nil)
		r.run(r.ctx)
		r.d.List = hang
		time.AfterFunc(time.Second, func() { r.stop(&batch.Stop{Reason: batch.StopSignal, Err: errKilled}) })
		begin := time.Now()
		v := r.d.Verify(r.ctx, nil)
		if took := time.Since(begin); took != time.Second || !v.Cut || len(v.Unread) > 0 {
			t.Errorf("after %v: %+v", took, v)
		}
	})
}
