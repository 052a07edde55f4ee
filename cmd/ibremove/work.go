package main

import (
	"context"

	"ibremove/batch"
)

// work sends, and then looks at what came of it. A signal ends parent; all that
// stops a run ends ctx.
func (j *job) work(ctx, parent context.Context) {
	progress := newProgress(j.term, j.env.Now)
	l := j.in.ledger
	progress.Update(j.settled(), l.Count(batch.Failed))
	progress.Start(j.settled() + j.removals())
	j.d.Progress = progress.Update
	defer progress.Stop()
	j.missed = j.d.LookUp(ctx)
	if j.o.Canary > 0 && ctx.Err() == nil {
		if items, err := j.firstRemovals(j.o.Canary); err != nil {
			j.stop(&batch.Stop{Reason: batch.StopRecord, Err: err})
		} else {
			j.d.Canary(ctx, items)
		}
	}
	j.d.Send(ctx)
	after, done, ok := afterwards(ctx, parent)
	defer done()
	if !ok {
		return
	}
	if j.o.Verify {
		j.verification = j.d.Verify(after, nil)
		j.d.Refute(j.verification)
	}
	if j.op == batch.Remove {
		j.unasked, j.moreRefused = j.d.Explain(after, j.client.UserStatus)
	}
}

// afterwards is the context for what is read after sending. The limits of a
// run bound what is sent, not the look at it; a run that was told to stop, or
// that cannot ask the pod, does not look.
func afterwards(ctx, parent context.Context) (after context.Context, done func(), ok bool) {
	after, cancel := context.WithCancelCause(parent)
	release := context.AfterFunc(ctx, func() {
		if stopped := batch.Stopped(ctx); !stopped.Reason.Limit() {
			cancel(stopped)
		}
	})
	stopped := batch.Stopped(ctx)
	return after, func() { release(); cancel(nil) }, stopped == nil || stopped.Reason.Limit()
}

// firstRemovals finds the first n accounts in the order of the file that are to
// be sent, or that the pod called done in an earlier life: somebody is looked
// for before the others go. Who needs nothing, or was refused, tells nothing.
func (j *job) firstRemovals(n int) (items []uint32, err error) {
	l, seen := j.in.ledger, make(map[uint32]bool)
	err = j.in.read(func(r *batch.Reader) error {
		for row, err := range r.Rows() {
			if err != nil {
				return err
			}
			if row.Fault.Code != "" {
				continue
			}
			item, ok := l.Find(row.GID, row.UserID)
			if !ok || seen[item] || l.Kept(item) || !l.Open(item) && l.Outcome(item).Status != batch.Removed {
				continue
			}
			seen[item] = true
			if items = append(items, item); len(items) == n {
				return nil
			}
		}
		return nil
	})
	return items, err
}
