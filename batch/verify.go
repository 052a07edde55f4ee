package batch

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"
)

// Settling is how long a pod may take until its membership list shows a
// change. How long it does is not documented.
const Settling = 30 * time.Second

// Verification is the live membership held against what the ledger says.
type Verification struct {
	Users  int            // accounts that should be out (in an undo: back) and were looked for
	People int            // whose they are: one may be in several groups
	Groups int            // read
	Wrong  []Chunk        // who is not where the ledger says
	Unread []UnreadGroups // what could not be read
	At     time.Time      // when the last group was read
	Cut    bool           // it was stopped first: Wrong may yet come right
}

// UnreadGroups is a group whose membership could not be read, and why.
type UnreadGroups struct {
	GID string
	Err error
}

// OK reports whether all that should be out were seen to be.
func (v *Verification) OK() bool { return len(v.Wrong) == 0 && len(v.Unread) == 0 && !v.Cut }

// WrongUsers is how many accounts are not where the ledger says.
func (v *Verification) WrongUsers() int {
	n := 0
	for _, c := range v.Wrong {
		n += len(c.Items)
	}
	return n
}

// Message says of somebody who is not where the ledger says what was found.
func (v *Verification) Message(op Operation) string {
	what := "still a member"
	if op == Add {
		what = "still no member"
	}
	return "called done, but " + what + " when the group was read at " + v.At.UTC().Format(time.RFC3339)
}

// Verify reads the groups of all accounts that are done and satisfy want (nil:
// all). Whom the file itself calls done is looked for too, in a group that is
// read anyway for others. Groups in doubt are read again until a reading begins when their
// youngest outcome is 30 s old, or the verification itself is, for that outcome
// may have a time to come. It changes nothing, in the ledger or on the pod.
func (d *Dispatcher) Verify(ctx context.Context, want func(item uint32) bool) *Verification {
	v, began := new(Verification), d.Now()
	latest := began.Add(Settling)
	d.read(ctx, v, d.touched(want))
	v.People = people(d.touched(want))
	for wait := 250 * time.Millisecond; len(v.Wrong) > 0; wait = min(2*wait, 4*time.Second) {
		due := d.youngest(v.Wrong).Add(Settling)
		if due.After(latest) {
			due = latest
		}
		if !began.Before(due) {
			break
		}
		if sleep(ctx, min(wait, due.Sub(d.Now()))) != nil {
			v.Cut = true
			break
		}
		began = d.Now()
		again := &Verification{Unread: v.Unread, At: v.At}
		d.read(ctx, again, slices.Values(v.Wrong))
		again.Users, again.People, again.Groups = v.Users, v.People, v.Groups // as the first reading counted them
		v = again
	}
	return v
}

// touched yields the accounts that Verify looks for, by group.
func (d *Dispatcher) touched(want func(item uint32) bool) iter.Seq[Chunk] {
	done := func(i uint32) bool {
		return !d.Ledger.Kept(i) && d.Ledger.Outcome(i).Status.Done() && (want == nil || want(i))
	}
	return func(yield func(Chunk) bool) {
		for c := range d.Ledger.Where(func(i uint32) bool { return done(i) || want == nil && d.Ledger.Kept(i) }) {
			if slices.ContainsFunc(c.Items, done) && !yield(c) {
				return
			}
		}
	}
}

// people counts the distinct users of all chunks.
func people(chunks iter.Seq[Chunk]) int {
	var all []int64
	for c := range chunks {
		all = append(all, c.Users...)
	}
	slices.Sort(all)
	return len(slices.Compact(all))
}

// Refute turns the outcome of those whom a verification that came to its end
// found where they should not be any more.
func (d *Dispatcher) Refute(v *Verification) {
	if v.Cut {
		return
	}
	message := v.Message(d.Operation)
	for _, c := range v.Wrong {
		for i, item := range c.Items {
			o := d.Ledger.Outcome(item)
			o.Status, o.Code, o.Message = Failed, CodeStillMember, message
			d.settle(Settlement{c.part(i, i+1), o})
		}
	}
}

// Canary sends those of the accounts given that are open first, and alone. The
// run goes on only if those that the pod called done, in this life or an
// earlier one, are seen to be out.
func (d *Dispatcher) Canary(ctx context.Context, items []uint32) {
	slices.Sort(items)
	among := func(i uint32) bool {
		_, ok := slices.BinarySearch(items, i)
		return ok
	}
	d.send(ctx, d.Ledger.Where(func(i uint32) bool { return among(i) && d.Ledger.Open(i) }))
	if ctx.Err() != nil {
		return
	}
	v := d.Verify(ctx, among)
	if v.OK() || ctx.Err() != nil {
		return
	}
	d.Refute(v)
	first, out, still := fmt.Sprintf("the first %d removals", len(items)), "out", "still members"
	if d.Operation == Add {
		first, out, still = fmt.Sprintf("the first %d to be added", len(items)), "back", "not back"
	}
	err := fmt.Errorf("%d of %s are %s", v.WrongUsers(), first, still)
	if len(v.Wrong) == 0 {
		err = fmt.Errorf("whether %s are %s could not be read: group %s: %w", first, out, v.Unread[0].GID, v.Unread[0].Err)
	}
	d.Stop(&Stop{StopCanary, err})
}

func (d *Dispatcher) read(ctx context.Context, v *Verification, groups func(func(Chunk) bool)) {
	var mu sync.Mutex
	next, done := d.pull(groups)
	defer done()
	d.newCrew().each(next, func(c Chunk) {
		m, err := d.Line.Members(ctx, d.List, c.GID, c.Users)
		mu.Lock()
		defer mu.Unlock()
		v.Users += len(c.Users)
		if err != nil && ctx.Err() != nil {
			v.Cut = true
			return
		}
		if err != nil {
			v.Unread = append(v.Unread, UnreadGroups{c.GID, err})
			return
		}
		v.Groups++
		v.At = d.Now()
		if _, wrong := d.divideBy(m, c); len(wrong.Items) > 0 {
			v.Wrong = append(v.Wrong, wrong)
		}
	})
	byItem := func(a, b Chunk) int { return int(int64(a.Items[0]) - int64(b.Items[0])) }
	slices.SortFunc(v.Wrong, byItem)
}

func (d *Dispatcher) youngest(chunks []Chunk) time.Time {
	var at int64
	for _, c := range chunks {
		for _, i := range c.Items {
			at = max(at, d.Ledger.Outcome(i).At)
		}
	}
	return time.Unix(at, 0)
}
