package batch_test

import (
	"testing"
	"testing/synctest"

	"ibremove/batch"
)

// TestShareOfAnsweredRows: a share of failures is one of the rows that the pod
// answered in this life.
func TestShareOfAnsweredRows(t *testing.T) {
	someFail := func(q request) reply { // 2 %
		if q.kind != "change" {
			return reply{}
		}
		messages := make([]string, len(q.users))
		messages[0], messages[1] = "no", "no"
		return reply{messages: messages}
	}
	allFail := func(q request) reply {
		if q.kind == "change" {
			return reply{err: answered(409)}
		}
		return reply{}
	}
	for name, c := range map[string]struct {
		script  func(request) reply
		earlier func(*trial)
		reason  batch.Reason
	}{
		"rows looked up are not answered less": {someFail, func(r *trial) {
			if err := r.ledger.Restore(batch.Entry{Intent: []batch.Chunk{{GID: "g", Users: upTo(5000)}}}); err != nil {
				t.Fatal(err)
			}
			delete(r.pod.groups["g"], 1)
		}, ""},
		"absent rows are not answered": {allFail, func(r *trial) {
			for _, u := range upTo(9000)[2000:] {
				delete(r.pod.groups["g"], u)
			}
			r.d.Preflight(r.ctx)
		}, batch.StopFailures},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var progress []int
				r := newTrial(t, rows("g", 1, 9000), func(r *trial) {
					r.d.ChunkSize = 100
					r.d.MaxFailures = batch.Limit{Most: 5, Unit: batch.Percent}
					r.d.Progress = func(settled, _ int) { progress = append(progress, settled) }
					r.pod.script = c.script
				})
				c.earlier(r)
				r.run(r.ctx)
				r.want("stop", r.reason(), c.reason)
				failed := r.ledger.Count(batch.Failed)
				if c.reason != "" && failed != 1000 {
					t.Errorf("stopped at %d failures of as many answers", failed)
				}
				for i, n := range progress[1:] {
					if n < progress[i] {
						t.Fatalf("progress fell from %d to %d", progress[i], n)
					}
				}
				r.want("progress", progress[len(progress)-1], r.ledger.Count(batch.Removed)+r.ledger.Count(batch.Absent)+failed)
			})
		})
	}
}
