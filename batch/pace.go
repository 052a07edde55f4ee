package batch

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace spaces requests evenly, without a burst, and is shared by all workers.
// A throttled answer pauses everybody and slows the pace, which then recovers.
type Pace struct {
	full    rate.Limit
	limiter *rate.Limiter

	mu    sync.Mutex
	until time.Time // the end of the last pause
	share float64   // of the full pace, at the end of that pause
}

const (
	slowest  = 1.0 / 16         // of the full pace: what throttling brings it down to
	recovery = 20 * time.Second // from nothing to the full pace
)

// NewPace allows perSecond requests a second; a fraction is allowed.
func NewPace(perSecond float64) *Pace {
	r := rate.Limit(perSecond)
	return &Pace{full: r, limiter: rate.NewLimiter(r, 1), share: 1}
}

// Wait returns when the next request may go out.
func (p *Pace) Wait(ctx context.Context) error {
	for {
		if err := sleep(ctx, p.pause()); err != nil {
			return err
		}
		if err := p.limiter.Wait(ctx); err != nil {
			return err
		}
		if p.pause() <= 0 { // throttled while waiting: the turn is given up
			return nil
		}
	}
}

// Throttle pauses all requests for d. Several answers to requests that were
// under way together slow the pace once.
func (p *Pace) Throttle(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.After(p.until) {
		p.share = max(slowest, recovered(p.share, now.Sub(p.until))/2)
	}
	if until := now.Add(d); until.After(p.until) {
		p.until = until
	}
}

// pause is how long nobody may send; it also brings the pace up to date.
func (p *Pace) pause() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	since := time.Since(p.until)
	if since < 0 {
		return -since
	}
	if p.share < 1 {
		share := recovered(p.share, since)
		if p.limiter.SetLimit(p.full * rate.Limit(share)); share == 1 {
			p.share = 1
		}
	}
	return 0
}

// recovered is the share of the full pace, some time after a pause that ended
// with the share given.
func recovered(share float64, since time.Duration) float64 {
	return min(1, share+since.Seconds()/recovery.Seconds())
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
