package batch

import (
	"context"
	"errors"
)

// Reason says why a run stopped before every row had its turn. It is recorded
// by who stopped it.
type Reason string

const (
	StopSignal         Reason = "signal"         // SIGINT or SIGTERM
	StopAuthentication Reason = "authentication" // 401 on a fresh token
	StopEntitlement    Reason = "entitlement"    // 403
	StopConnection     Reason = "connection"     // TLS or proxy: trying again cannot help
	StopUnreachable    Reason = "unreachable"    // chunk after chunk without an answer
	StopFailures       Reason = "max_failures"
	StopDeadline       Reason = "max_duration"
	StopCanary         Reason = "canary"  // a canary is still a member
	StopRecord         Reason = "journal" // the record could not be made durable
	StopRead           Reason = "read"    // the membership could not be read before sending
	StopInternal       Reason = "internal"
)

// Stop is the cause with which a run's context is cancelled.
type Stop struct {
	Reason Reason
	Err    error // what happened, in words for the operator
}

func (s *Stop) Error() string { return s.Err.Error() }

func (s *Stop) Unwrap() error { return s.Err }

// Stopped is the first cause for which ctx was stopped, or nil.
func Stopped(ctx context.Context) *Stop {
	if ctx.Err() == nil {
		return nil
	}
	var s *Stop
	if errors.As(context.Cause(ctx), &s) {
		return s
	}
	return &Stop{Reason: StopSignal, Err: context.Cause(ctx)}
}

// Limit reports whether a run was stopped by what its flags allow it: that
// bounds what is sent, not the look at what came of it.
func (r Reason) Limit() bool {
	switch r {
	case StopFailures, StopDeadline, StopCanary:
		return true
	}
	return false
}

// mayLook reports whether a stopped run may still read memberships. asked: the
// pod has just been asked, and did not answer or refused.
func (r Reason) mayLook(asked bool) bool {
	switch r {
	case StopAuthentication, StopConnection, StopRead, StopInternal:
		return false
	case StopUnreachable, StopEntitlement:
		return !asked
	}
	return true
}
