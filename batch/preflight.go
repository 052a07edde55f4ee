package batch

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"ibremove/podclient"
)

// GroupState is what a preflight learnt of one group.
type GroupState struct {
	GID     string
	Members int  // now
	Leaving int  // of the file's users; in an undo: coming back
	Gone    bool // the pod answered 404

	first uint32 // item, for the order of the file
}

// Share is how much of the group would leave, in percent.
func (g GroupState) Share() float64 {
	if g.Members == 0 {
		return 0
	}
	return 100 * float64(g.Leaving) / float64(g.Members)
}

// Preflight reads each group of the open and the unknown accounts, once. Who
// is where the operation wants him is absent, or reconciled if he was sent
// before; the rows of a group that is not there have failed. What cannot be
// read stops the run. Nothing is sent that changes the pod.
func (d *Dispatcher) Preflight(ctx context.Context) []GroupState {
	var mu sync.Mutex
	var states []GroupState
	next, done := d.pull(d.Ledger.Where(func(i uint32) bool {
		return d.Ledger.Open(i) || !d.Ledger.Kept(i) && d.Ledger.Outcome(i).Status == Unknown
	}))
	defer done()
	d.newCrew().each(next, func(c Chunk) {
		if ctx.Err() != nil {
			return
		}
		m, err := d.Line.AllMembers(ctx, d.List, c.GID, c.Users)
		g := GroupState{GID: c.GID, Members: m.Total, first: c.Items[0]}
		switch e, isPod := podError(err); {
		case err == nil:
			g.Leaving = d.sift(c, m)
		case isPod && e.Status == http.StatusNotFound:
			g.Gone = true
			d.missing(c, e)
		default:
			d.Stop(&Stop{StopRead, fmt.Errorf("group %s could not be read before sending: %w", c.GID, err)})
			return
		}
		mu.Lock()
		defer mu.Unlock()
		states = append(states, g)
	})
	slices.SortFunc(states, func(a, b GroupState) int { return cmp.Compare(a.first, b.first) })
	return states
}

// sift settles the users of a group who need nothing, and says how many do.
func (d *Dispatcher) sift(c Chunk, m Membership) (leaving int) {
	sent, fresh := d.divide(c, d.Ledger.doubted)
	absent, open := d.divideBy(m, fresh)
	if len(absent.Items) > 0 {
		code := CodeNotMember
		if d.Operation == Add {
			code = CodeAlreadyMember
		}
		d.settle(Settlement{absent, d.outcome(story{}, Absent, code, "", 0)})
	}
	return len(open.Items) + d.resolve(sent, m)
}

// missing fails the users of a group that is not there, but for those whom an
// earlier life left unknown: what came of that cannot be read.
func (d *Dispatcher) missing(c Chunk, e *podclient.Error) {
	if open, _ := d.divide(c, d.Ledger.Open); len(open.Items) > 0 {
		d.fail(open, story{}, e.Status, e.Code(), e.Message)
	}
}

// divide tells the accounts of a chunk apart by what the ledger says of them.
func (d *Dispatcher) divide(c Chunk, is func(item uint32) bool) (yes, no Chunk) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return c.divide(func(i int) bool { return is(c.Items[i]) })
}
