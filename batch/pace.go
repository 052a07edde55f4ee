package batch

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace spaces requests evenly, without a burst, and is shared by all workers.
// A throttled answer pauses everybody and slows the pace, which then recovers.
type Pace struct {
	full    rate.Limit
	limiter *rate.Limiter
	turn    chan struct{} // held by the one who goes next: nobody else has reserved a place

	mu     sync.Mutex
	until  time.Time // the end of the last pause
	share  float64   // of the full pace, at the end of that pause
	slowed time.Time // when the pace was last brought down
	times  int       // how often in a row it was
}

const (
	slowest  = 1.0 / 16         // of the full pace: what throttling brings it down to
	recovery = 10 * time.Second // from nothing to the full pace, evenly
)

// NewPace allows perSecond requests a second; a fraction is allowed.
func NewPace(perSecond float64) *Pace {
	full := rate.Limit(perSecond)
	return &Pace{full: full, limiter: rate.NewLimiter(full, 1), turn: make(chan struct{}, 1), share: 1}
}

// Wait returns when the next request may go out. Who waits first goes first.
func (p *Pace) Wait(ctx context.Context) error {
	if err := enter(ctx, p.turn); err != nil {
		return err
	}
	defer func() { <-p.turn }()
	for {
		if err := sleep(ctx, p.paused()); err != nil {
			return err
		}
		p.limiter.SetLimit(p.limit())
		place := p.limiter.Reserve()
		if err := sleep(ctx, place.Delay()); err != nil {
			place.Cancel()
			return err
		}
		if p.paused() <= 0 { // throttled meanwhile: the place is given up
			return nil
		}
	}
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

// paused is how long nobody may go yet.
func (p *Pace) paused() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// limit is the pace that brings the next request when a pace that recovers
// meanwhile would.
func (p *Pace) limit() rate.Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	share := recovered(p.share, time.Since(p.until))
	if share == 1 {
		return p.full
	}
	return rate.Limit(1 / gap(1/float64(p.full), share))
}

// recovered is the share of the full pace, some time after a pause that ended
// with the share given.
func recovered(share float64, since time.Duration) float64 {
	return min(1, share+max(0, since.Seconds())/recovery.Seconds())
}

// gap is the time, in seconds, in which a pace that begins at a share of the
// full one, and recovers meanwhile, comes to one request; interval is that of
// the full pace. The share grows by 1/recovery a second: the area below it,
// times the full pace, is what was sent.
func gap(interval, share float64) float64 {
	t := recovery.Seconds()
	if slow := t * (1 - share*share) / 2; interval > slow { // it is full again before that
		return interval + t*(1-share) - slow
	}
	return t * (math.Sqrt(share*share+2*interval/t) - share)
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
