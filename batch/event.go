package batch

import (
	"errors"
	"net/http"

	"ibremove/podclient"
)

// podError is what came of a request; a Stop, which may hold the error of
// another request, says that there was none.
func podError(err error) (*podclient.Error, bool) {
	if _, stopped := errors.AsType[*Stop](err); stopped {
		return nil, false
	}
	return errors.AsType[*podclient.Error](err)
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

// redirected: to a sign-on page, mostly.
func redirected(e *podclient.Error) bool { return e.Status >= 300 && e.Status < 400 }

// accepting: the answer shows that the request's token was taken.
func accepting(err error) bool {
	e, isPod := podError(err)
	return err == nil || isPod && e.Kind == podclient.Answered && !passing(e) && e.Status != http.StatusUnauthorized
}

// passing: the same request may fare better later.
func passing(e *podclient.Error) bool {
	return !e.Fatal && (e.Kind == podclient.NotSent || doubted(e) || throttling(e))
}
