package podclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Kind says how far a request got, and so what is known of it.
type Kind uint8

const (
	NotSent   Kind = iota // no connection (DNS, refused, TLS, proxy): nothing of it went out
	Lost                  // on its way, but no whole answer: it may have been carried out
	BadAnswer             // answered with what cannot be believed, or redirected: likewise
	Answered              // refused with an HTTP status of 400 or above: Status says which
)

func (k Kind) String() string {
	switch k {
	case NotSent:
		return "not sent"
	case Lost:
		return "lost"
	case BadAnswer:
		return "bad answer"
	case Answered:
		return "answered"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Error is what came of a request that brought no value. Its texts hold no
// secret, fit on one line, and are safe to print.
type Error struct {
	Kind   Kind
	Method string
	Path   string // as Call.Path
	Status int    // 0: no answer
	// Message is the pod's own, or the reason why there is no answer or why
	// it cannot be believed; at most 500 runes.
	Message string
	// RetryAfter is what the answer asks for, from 0 to 15 minutes, if
	// HasRetryAfter.
	RetryAfter    time.Duration
	HasRetryAfter bool
	Fatal         bool   // trying again cannot help: TLS verification, proxy authentication
	Hint          string // what the operator can do about it; may be empty
	Err           error  // the cause, if it was not the pod's answer
}

// Error tells the request and what came of it, without the hint.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	switch e.Kind {
	case Answered:
		fmt.Fprintf(&b, "%d", e.Status)
		text := http.StatusText(e.Status)
		if text != "" {
			b.WriteString(" " + text)
		}
		if e.Message == text {
			return b.String()
		}
	case BadAnswer:
		b.WriteString("the answer cannot be believed")
	case Lost:
		b.WriteString("no whole answer")
	default:
		b.WriteString("not sent")
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	return b.String()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Code is e as the report's result_code: timeout, connection_lost,
// no_connection, bad_answer, or http_NNN for any status but 200.
func (e *Error) Code() string {
	switch {
	case e.Kind == NotSent:
		return "no_connection"
	case e.Kind == Lost && timedOut(e.Err):
		return "timeout"
	case e.Kind == Lost:
		return "connection_lost"
	case e.Status == http.StatusOK || e.Status == 0:
		return "bad_answer"
	}
	return fmt.Sprintf("http_%03d", e.Status)
}

// unsendable is for a request that cannot be made at all; path is escaped.
func unsendable(method, path string, err error) *Error {
	return &Error{Kind: NotSent, Method: method, Path: path, Message: cut(oneLine(err.Error()), maxMessage), Fatal: true, Err: err}
}

// fatal marks e as not to be tried again.
func (e *Error) fatal(hint string) {
	e.Fatal, e.Hint = true, hint
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}
