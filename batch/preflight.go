package batch

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
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
	d.each(next, func(c Chunk) {
		if ctx.Err() != nil {
			return
		}
		m, err := d.Line.Members(ctx, d.List, c.GID, c.Users)
		g := GroupState{GID: c.GID, Members: m.Total, first: c.Items[0]}
		switch e, isPod := podError(err); {
		case err == nil:
			g.Leaving = d.sift(c, m)
		case isPod && e.Status == http.StatusNotFound:
			g.Gone = true
			d.fail(c, story{}, e.Status, e.Code(), e.Message)
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
	var absent, unknown []int
	d.mu.Lock()
	for i, item := range c.Items {
		switch there := m.In(i) == (d.Operation == Add); {
		case d.Ledger.Outcome(item).Status == Unknown:
			unknown = append(unknown, i)
			if !there {
				leaving++
			}
		case there:
			absent = append(absent, i)
		default:
			leaving++
		}
	}
	d.mu.Unlock()
	if len(absent) > 0 {
		code := CodeNotMember
		if d.Operation == Add {
			code = CodeAlreadyMember
		}
		d.settle(Settlement{c.pick(absent), d.outcome(story{}, Absent, code, "", 0)})
	}
	if len(unknown) > 0 {
		picked := Membership{in: make([]bool, len(unknown))}
		for k, i := range unknown {
			picked.in[k] = m.in[i]
		}
		d.resolve(c.pick(unknown), picked)
	}
	return leaving
}
