package podtest

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// throttle counts requests in windows of a second, or of the time that one
// request may take: an even pace below the limit is never refused.
type throttle struct {
	mu    sync.Mutex
	since time.Time
	used  float64
}

// exceeded counts a request, and reports whether it is beyond rate.
func (t *throttle) exceeded(rate float64, now time.Time) bool {
	if rate == 0 {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	window := time.Duration(float64(time.Second) * max(1, 1/rate)) // long enough for one request
	if now.Sub(t.since) >= window {
		t.since, t.used = now, 0
	}
	t.used++
	return t.used > math.Ceil(rate)
}

// retryAfter tells a client when to come back.
func (b *Behaviour) retryAfter(now time.Time) http.Header {
	if b.RetryAfter == 0 {
		return nil
	}
	if b.RetryAfterDate {
		then := now.Add(b.RetryAfter + time.Second - 1) // the format drops what is below a second
		return http.Header{"Retry-After": {then.UTC().Format(http.TimeFormat)}}
	}
	seconds := int((b.RetryAfter + time.Second - 1) / time.Second)
	return http.Header{"Retry-After": {strconv.Itoa(seconds)}}
}
