package batch

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"ibremove/podclient"
)

// Line is the one way to the pod: every request of any kind takes its turn
// there. It bounds how many are in flight, waits out a throttled pod's pause,
// and logs in again after a 401, once for all who saw it.
type Line struct {
	pace        *Pace
	slots       chan struct{}               // requests in flight
	login       func(context.Context) error // nil: the token is a ready one
	stop        context.CancelCauseFunc
	maxAttempts int
	backoff     Backoff
	waits       func(why string, d time.Duration)
	longest     atomic.Int64 // members in one page, of any group

	session session
}

// LineConfig is what a Line is made of.
type LineConfig struct {
	Rate        float64 // requests a second
	Concurrency int     // requests in flight, at most
	MaxAttempts int     // of one request, at most
	Backoff     Backoff
	Login       func(context.Context) error // one request; nil if there is a ready token
	Stop        context.CancelCauseFunc     // told when going on is no use

	// Waits is told of each wait that is not for the pace; nil: nobody is.
	Waits func(why string, d time.Duration)
}

// NewLine makes a line on which nobody is logged in yet.
func NewLine(c LineConfig) *Line {
	return &Line{
		pace:        NewPace(c.Rate),
		slots:       make(chan struct{}, c.Concurrency),
		session:     newSession(),
		login:       c.Login,
		stop:        c.Stop,
		maxAttempts: c.MaxAttempts,
		backoff:     c.Backoff,
		waits:       c.Waits,
	}
}

// Rest waits before a request is sent again after so many attempts.
func (l *Line) Rest(ctx context.Context, why string, attempts int) error {
	d := l.backoff.After(attempts)
	l.tell(why, d)
	return sleep(ctx, d)
}

func (l *Line) tell(why string, d time.Duration) {
	if l.waits != nil {
		l.waits(why, d)
	}
}

// Login opens the session; it is tried like any request, but a refusal is
// final. A login that fails stops the run.
func (l *Line) Login(ctx context.Context) error {
	if l.login == nil {
		return nil
	}
	err := l.again(ctx, func(ctx context.Context) error { return l.send(ctx, l.login) }, redirected)
	if err != nil {
		reason := StopUnreachable
		if e, ok := podError(err); ok {
			switch {
			case redirected(e), e.Status >= 400 && e.Status < 500 && !throttling(e):
				reason = StopAuthentication
			case e.Fatal:
				reason = StopConnection
			}
		}
		l.stop(&Stop{reason, err})
		return err
	}
	l.session.begin()
	return nil
}

// Do sends one request that the run cannot go on without: an answer that no
// further request could change (401, 403, a failed TLS check) stops the run.
func (l *Line) Do(ctx context.Context, request func(context.Context) error) error {
	err := l.Try(ctx, request)
	if e, ok := podError(err); ok {
		switch {
		case e.Status == http.StatusUnauthorized:
			l.stop(&Stop{StopAuthentication, err})
		case e.Status == http.StatusForbidden:
			l.stop(&Stop{StopEntitlement, err})
		case e.Fatal:
			l.stop(&Stop{StopConnection, err})
		}
	}
	return err
}

// Try sends one request when it is its turn, and after a 401 again on a fresh
// token. Waiting ends with ctx; whether a request that is on its way does too
// is its own affair.
func (l *Line) Try(ctx context.Context, request func(context.Context) error) error {
	// A token of few uses may be used up by others again and again.
	most := 4 * cap(l.slots)
	for refusals := 1; ; refusals++ {
		if err := l.session.await(ctx); err != nil {
			return err
		}
		token := 0
		err := l.send(ctx, func(ctx context.Context) error {
			token = l.session.depart()
			err := request(ctx)
			l.session.arrive(token, accepting(err))
			return err
		})
		e, isPod := podError(err)
		if !isPod || e.Status != http.StatusUnauthorized || refusals > most || !l.renew(ctx, token) {
			return err
		}
		ctx = podclient.Again(ctx)
	}
}

// renew reports whether there is a token that is not the one refused: somebody
// else's, or the fruit of one new login. A fresh token that was refused, and
// that no other request found accepted, is the end.
func (l *Line) renew(ctx context.Context, refused int) bool {
	if enter(ctx, l.session.holder) != nil {
		return false
	}
	defer func() { <-l.session.holder }()
	token, accepted, err := l.session.judged(ctx, refused)
	if err != nil || token != refused {
		return err == nil
	}
	if l.login == nil || token > 1 && !accepted {
		return false
	}
	return l.Login(ctx) == nil
}

// Read sends a request that changes nothing, again and again like a chunk. If
// ctx cuts it short, the error is the cause of that.
func (l *Line) Read(ctx context.Context, request func(context.Context) error) error {
	err := l.again(ctx, func(ctx context.Context) error { return l.Do(ctx, request) }, func(*podclient.Error) bool { return false })
	if stopped := ctx.Err(); stopped != nil && errors.Is(err, stopped) {
		return context.Cause(ctx)
	}
	return err
}

// again sends a request until it fares well or cannot fare better, which final
// says of errors that others are tried again after.
func (l *Line) again(ctx context.Context, request func(context.Context) error, final func(*podclient.Error) bool) error {
	for attempt := 1; ; attempt++ {
		err := request(podclient.WithAttempt(ctx, attempt))
		e, ok := podError(err)
		if !ok || attempt >= l.maxAttempts || !passing(e) || final(e) || ctx.Err() != nil {
			return err
		}
		if !throttling(e) && l.Rest(ctx, e.Code(), attempt) != nil {
			return err
		}
	}
}

// send takes a slot before its turn, so that a turn is used when it comes.
func (l *Line) send(ctx context.Context, request func(context.Context) error) error {
	if enter(ctx, l.slots) != nil {
		return context.Cause(ctx)
	}
	defer func() { <-l.slots }()
	if l.pace.Wait(ctx) != nil {
		return context.Cause(ctx)
	}
	sent := time.Now()
	err := request(ctx)
	e, ok := podError(err)
	switch {
	case ok && throttling(e):
		pause := l.backoff.After(l.pace.Slow(sent))
		if e.HasRetryAfter {
			pause = min(e.RetryAfter, 15*time.Minute)
		}
		l.tell("throttled, "+e.Code(), pause)
		l.pace.Pause(pause)
	case err == nil || ok && e.Status != 0:
		l.pace.Answered(sent)
	}
	return err
}

// enter takes a free place in a semaphore, or waits for one until ctx ends.
func enter(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
