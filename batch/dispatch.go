package batch

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"
)

// Dispatcher sends a ledger's open accounts and settles every one of them.
// What each event means for the rows is in deliver.go, and what is in doubt
// goes through reconcile.go. What only reads stands in a file of its own:
// preflight.go, verify.go, explain.go.
type Dispatcher struct {
	Ledger    *Ledger
	Operation Operation
	Line      *Line
	Recorder  Recorder

	// Change is one request that removes (or adds) users; an empty message
	// means that it was carried out.
	Change func(ctx context.Context, gid string, users []int64) (messages []string, err error)
	List   ListFunc

	ChunkSize   int // users in a request, at most
	Concurrency int // requests in flight, at most
	MaxAttempts int // sends of one chunk, at most
	Window      int // chunks announced by one intent, at most
	MaxFailures Limit

	// Progress is told how many accounts are removed, absent or failed, and
	// how many of these failed. A lock is held meanwhile: it must be quick.
	Progress func(settled, failed int)
	Now      func() time.Time
	Stop     context.CancelCauseFunc // stops the run, with a *Stop

	mu     sync.Mutex
	size   int             // of a chunk, once a 413 has made it smaller
	gone   map[string]bool // groups that the pod answered 404 for
	inARow int             // chunks that came to nothing, one after the other
	why    error           // the last that one of them came to
	gates  *gates          // held by a reading of members that changes disturbed
	crew   *crew           // that sends
	before *count          // what the ledger held when this life began; nil: nothing was settled yet
}

// Send sends all that is open, once [Dispatcher.LookUp] has looked up what an
// earlier life left in doubt. It returns when nothing is in flight any more.
// Why it stopped early, if it did, is the cause of ctx.
func (d *Dispatcher) Send(ctx context.Context) {
	d.send(ctx, d.Ledger.chunks(d.chunkSize))
}

// send passes chunks through the workers. An intent announces a window of
// chunks, and is durable before the first of them goes out.
func (d *Dispatcher) send(ctx context.Context, chunks iter.Seq[Chunk]) {
	d.gates = newGates(d.Concurrency)
	next, done := d.pull(chunks)
	defer done()
	var window []Chunk
	announced := func() (Chunk, bool) {
		if len(window) == 0 && ctx.Err() == nil {
			for len(window) < max(1, d.Window) {
				c, ok := next()
				if !ok {
					break
				}
				window = append(window, c)
			}
			if len(window) > 0 && d.record(Entry{Intent: window}) != nil {
				return Chunk{}, false
			}
		}
		if len(window) == 0 {
			return Chunk{}, false
		}
		c := window[0]
		window = window[1:]
		return c, true
	}
	d.crew = d.newCrew()
	d.crew.each(announced, func(c Chunk) { d.deliver(ctx, c, story{doubt: d.Ledger.doubt(c)}) })
}

// pull reads the ledger under the lock, for workers settle meanwhile.
func (d *Dispatcher) pull(chunks iter.Seq[Chunk]) (next func() (Chunk, bool), stop func()) {
	unlocked, stop := iter.Pull(chunks)
	return func() (Chunk, bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		return unlocked()
	}, stop
}

// settle records what came of rows, and keeps the limits.
func (d *Dispatcher) settle(settled ...Settlement) {
	d.mu.Lock()
	defer d.mu.Unlock()
	// Even if the record fails: it is true, and the report may still be made.
	_ = d.record(Entry{Settled: settled})
	if d.before == nil {
		n := d.count()
		d.before = &n
	}
	for _, s := range settled {
		d.Ledger.Settle(s.Items, s.Outcome)
	}
	now := d.count()
	if failed := now.failed - d.before.failed; d.MaxFailures.beyond(failed, now.answered-d.before.answered) {
		d.Stop(&Stop{StopFailures, fmt.Errorf("%d rows failed, more than --max-failures %s allows", failed, d.MaxFailures)})
	}
	if d.Progress != nil {
		d.Progress(now.answered+d.Ledger.Count(Absent), now.failed)
	}
}

// count is how many accounts failed, and how many the pod has answered for. A
// limit is for those of this life: a run that it stopped could not be gone on
// with.
type count struct{ failed, answered int }

func (d *Dispatcher) count() count {
	failed := d.Ledger.Count(Failed)
	return count{failed, failed + d.Ledger.Count(Removed)}
}

// record tells the Recorder; if it cannot keep the record, nothing more is sent.
func (d *Dispatcher) record(e Entry) error {
	err := d.Recorder.Record(e)
	if err != nil {
		d.Stop(&Stop{StopRecord, fmt.Errorf("the journal cannot be written: %w", err)})
	}
	return err
}

// chunkSize is for the chunks to come; d.mu is held.
func (d *Dispatcher) chunkSize() int {
	if d.size > 0 {
		return d.size
	}
	return d.ChunkSize
}

// shrink makes all further chunks at most n users large.
func (d *Dispatcher) shrink(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.size = min(d.chunkSize(), n)
}

// fruitless counts a chunk that used up its attempts or became unknown; after
// a few in a row the pod counts as out of reach.
func (d *Dispatcher) fruitless(err error) {
	const enough = 5
	d.mu.Lock()
	defer d.mu.Unlock()
	d.why = err
	if d.inARow++; d.inARow == enough {
		d.Stop(&Stop{StopUnreachable, fmt.Errorf("%d chunks in a row came to nothing; the last: %w", enough, err)})
	}
}

// UsedUp is why rows that had their turn were not sent in the end; nil: no
// chunk used up its attempts.
func (d *Dispatcher) UsedUp() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.why
}

// fruitful ends such a row: the pod answered, well or ill.
func (d *Dispatcher) fruitful() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inARow = 0
}

func (d *Dispatcher) isGone(gid string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.gone[gid]
}

func (d *Dispatcher) setGone(gid string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone == nil {
		d.gone = make(map[string]bool)
	}
	d.gone[gid] = true
}
