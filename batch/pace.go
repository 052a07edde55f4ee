package batch

import (
	"context"
	"math"
	"sync"
	"time"
)

// Pace spaces requests evenly, without a burst, and is shared by all workers.
// A throttled answer pauses everybody and slows the pace, which then recovers.
type Pace struct {
	interval time.Duration // from one request to the next, at the full pace
	turn     chan struct{} // held by the one who goes next

	mu     sync.Mutex
	last   time.Time // when the last request was due
	until  time.Time // the end of the last pause
	share  float64   // of the full pace, at the end of that pause
	slowed time.Time // when the pace was last brought down
	times  int       // how often in a row it was
}

const (
	slowest  = 1.0 / 16              // of the full pace: what throttling brings it down to
	recovery = 20 * time.Second      // from nothing to the full pace, evenly
	lateness = 10 * time.Millisecond // of a timer, that the next turn makes up for
)

// NewPace allows perSecond requests a second; a fraction is allowed.
func NewPace(perSecond float64) *Pace {
	return &Pace{
		interval: time.Duration(min(float64(time.Second)/perSecond, math.MaxInt64/4)),
		turn:     make(chan struct{}, 1),
		share:    1,
	}
}

// Wait returns when the next request may go out. Who waits first goes first.
func (p *Pace) Wait(ctx context.Context) error {
	waited := false
	select {
	case p.turn <- struct{}{}:
	default:
		waited = true
		if err := enter(ctx, p.turn); err != nil {
			return err
		}
	}
	defer func() { <-p.turn }()
	for ctx.Err() == nil {
		d := p.take(waited)
		if d <= 0 {
			return nil
		}
		_ = sleep(ctx, d)
		waited = true
	}
	return ctx.Err()
}

// Slow brings the pace down after a throttled answer to a request that went
// out at sent. Such answers to requests that were under way together slow it
// once. It returns how often in a row the pace was brought down.
func (p *Pace) Slow(sent time.Time) (times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if sent.Before(p.slowed) {
		return p.times
	}
	now := time.Now()
	p.share = max(slowest, recovered(p.share, now.Sub(p.until))/2)
	p.slowed = now
	p.times++
	if p.until.Before(now) {
		p.until = now
	}
	return p.times
}

// Pause lets nobody go for d.
func (p *Pace) Pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// Answered says that a request that went out at sent was not throttled.
func (p *Pace) Answered(sent time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !sent.Before(p.slowed) {
		p.times = 0
	}
}

// take takes the turn if it is due, or says how long it is until then. Who
// waited for a turn makes up for a late timer; who comes when nobody waits
// does not, for that would be a burst.
func (p *Pace) take(waited bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	due := p.last.Add(p.interval)
	if !p.last.Before(p.until) {
		due = p.last.Add(gap(p.interval, recovered(p.share, p.last.Sub(p.until))))
	}
	if due.Before(p.until) {
		due = p.until
	}
	if due.After(now) {
		return due.Sub(now)
	}
	p.last = now
	if waited {
		p.last = now.Add(-min(now.Sub(due), lateness))
	}
	return 0
}

// recovered is the share of the full pace, some time after a pause that ended
// with the share given.
func recovered(share float64, since time.Duration) float64 {
	return min(1, share+max(0, since.Seconds())/recovery.Seconds())
}

// gap is the time in which a pace that begins at a share of the full one, and
// recovers meanwhile, comes to one request. The share grows by 1/recovery a
// second: the area below it, times the full pace, is what was sent.
func gap(interval time.Duration, share float64) time.Duration {
	t, one := recovery.Seconds(), interval.Seconds()
	if slow := t * (1 - share*share) / 2; one > slow { // it is full again before that
		return interval + time.Duration((t*(1-share)-slow)*float64(time.Second))
	}
	return time.Duration(t * (math.Sqrt(share*share+2*one/t) - share) * float64(time.Second))
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
