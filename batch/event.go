package batch

import (
	"errors"
	"net/http"

	"ibremove/podclient"
)

func podError(err error) (*podclient.Error, bool) {
	var e *podclient.Error
	ok := errors.As(err, &e)
	return e, ok
}

// throttling: not sent, presumed; everybody pauses.
func throttling(e *podclient.Error) bool {
	return e.Kind == podclient.Answered &&
		(e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable)
}

// doubted: the request was on its way, and what came of it is not known.
func doubted(e *podclient.Error) bool {
	switch e.Kind {
	case podclient.Lost, podclient.BadAnswer:
		return true
	case podclient.Answered:
		return e.Status >= 500 && !throttling(e)
	}
	return false
}

// passing: the same request may fare better later.
func passing(e *podclient.Error) bool {
	return !e.Fatal && (e.Kind == podclient.NotSent || doubted(e) || throttling(e))
}
