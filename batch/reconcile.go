package batch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"ibremove/podclient"
)

// grace is how long the membership may still be read when the run is stopping.
// Who stops it has less patience than the pod may ask for: Kubernetes kills
// after 30 s.
const grace = 10 * time.Second

var errGrace = errors.New("the run was stopping, and the pod did not answer in time")

// reconcile asks the live membership what came of a request whose answer was
// lost. Users who are where the operation wants them are settled; the others
// are returned to be sent again, or, at the last attempt, have failed. If the
// membership cannot be read, nobody knows.
func (d *Dispatcher) reconcile(ctx context.Context, c Chunk, s story, event *podclient.Error, last bool) Chunk {
	m, err := d.look(ctx, c)
	if err != nil {
		d.settle(Settlement{c, d.outcome(s, Unknown, event.Code(), event.Message+"; the membership could not be read: "+err.Error(), event.Status)})
		d.fruitless(event)
		return Chunk{}
	}
	open := d.keepOpen(c, m, s, event.Status)
	if last && len(open.Items) > 0 {
		d.fail(open, s, event.Status, event.Code(), event.Message)
		d.fruitless(event)
		return Chunk{}
	}
	return open
}

// unlessDone settles refusals of users of c, unless they are where the
// operation wants them: after a send in doubt, a refusal may only say that it
// worked. The membership is read once.
func (d *Dispatcher) unlessDone(ctx context.Context, c Chunk, s story, refusals ...Settlement) {
	if s.doubt == "" {
		d.settle(refusals...)
		return
	}
	m, err := d.look(ctx, c)
	for _, r := range refusals {
		if err != nil {
			r.Outcome.Status, r.Outcome.Code = Unknown, s.doubt
			r.Outcome.Message += "; whether it had been carried out before could not be read: " + err.Error()
			d.settle(r)
			continue
		}
		if open := d.keepOpen(r.Chunk, m, s, r.Outcome.HTTPStatus); len(open.Items) > 0 {
			d.settle(Settlement{open, r.Outcome})
		}
	}
	if err != nil {
		d.fruitless(err)
	}
}

// withoutDone settles those of a chunk in doubt who are where the operation
// wants them, before a refusal of all is taken apart; it returns the others.
func (d *Dispatcher) withoutDone(ctx context.Context, c Chunk, s story, status int) Chunk {
	if s.doubt == "" {
		return c
	}
	m, err := d.look(ctx, c)
	if err != nil {
		return c
	}
	return d.keepOpen(c, m, s, status)
}

// LookUp reads the membership for the accounts that an earlier life, or the
// report that is run again, left unknown: before anything is sent in this one.
// Who is where the operation wants him is settled, the others are open again.
// What cannot be read stays unknown. The error says that some could not even
// be asked about: they had no turn in this life.
func (d *Dispatcher) LookUp(ctx context.Context) error {
	var mu sync.Mutex
	var missed error
	next, done := d.pull(d.Ledger.WithStatus(Unknown))
	defer done()
	d.newCrew().each(next, func(c Chunk) {
		err := context.Cause(ctx)
		if err == nil {
			var m Membership
			if m, err = d.Line.Members(ctx, d.List, c.GID, c.Users); err == nil {
				d.fruitful()
				d.resolve(c, m)
				return
			}
		}
		if e, ok := podError(err); ok && e.Status == http.StatusNotFound {
			return // that is its answer
		} else if ok {
			d.fruitless(err)
		}
		mu.Lock()
		defer mu.Unlock()
		missed = fmt.Errorf("group %s could not be looked up: %w", c.GID, err)
	})
	return missed
}

// resolve settles those who were sent in an earlier life and are where the
// operation wants them. The others are open again; it says how many.
func (d *Dispatcher) resolve(c Chunk, m Membership) int {
	open := d.keepOpen(c, m, story{}, 0)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Ledger.reopen(open.Items, true)
	return len(open.Items)
}

// keepOpen settles those of a chunk that was sent who are where the operation
// wants them; it returns the others.
func (d *Dispatcher) keepOpen(c Chunk, m Membership, s story, status int) Chunk {
	done, open := d.divideBy(m, c)
	if len(done.Items) > 0 {
		s.sends = max(s.sends, 1) // in an earlier life, or they would not be where they are
		d.settle(Settlement{done, d.outcome(s, Removed, CodeReconciled, "", status)})
	}
	return open
}

// look reads a chunk's group. A run that was stopped meanwhile still looks, for
// a while, unless it stopped because the pod cannot be asked.
func (d *Dispatcher) look(ctx context.Context, c Chunk) (Membership, error) {
	m, err := d.members(ctx, c)
	_, asked := podError(err)
	stopped := Stopped(ctx)
	if err == nil || stopped == nil || !stopped.Reason.mayLook(asked) {
		return m, err
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), grace, errGrace)
	defer cancel()
	return d.members(ctx, c)
}

// members reads a chunk's group while others of its chunks are sent. A reading
// that they disturb is made again with them held up.
func (d *Dispatcher) members(ctx context.Context, c Chunk) (Membership, error) {
	m, err := d.Line.readPages(ctx, d.List, c.GID, c.Users, false)
	if !errors.Is(err, errMoving) {
		return m, err
	}
	done, err := d.gates.of(c.GID).hold(ctx)
	if err != nil {
		return m, err
	}
	defer done()
	return d.Line.Members(ctx, d.List, c.GID, c.Users)
}

// divideBy tells a chunk's users apart: those who are where the operation wants
// them, and the others.
func (d *Dispatcher) divideBy(m Membership, c Chunk) (done, open Chunk) {
	return c.divide(func(i int) bool { return m.In(c.Users[i]) == (d.Operation == Add) })
}
