package podclient

import (
	"net/http"
	"strings"
	"time"
)

// maxRetryAfter bounds what an answer can make us wait.
const maxRetryAfter = 15 * time.Minute

// ParseRetryAfter reads a Retry-After header: whole seconds, or an HTTP date
// (RFC 9110, 10.2.3), which counts from now, the answer's own Date if it has
// one. The result is within 0 and 15 minutes; false: the header says nothing.
func ParseRetryAfter(v string, now time.Time) (time.Duration, bool) {
	v = strings.Trim(v, " \t")
	if v == "" {
		return 0, false
	}
	if strings.Trim(v, "0123456789") == "" {
		var seconds time.Duration
		for _, digit := range []byte(v) {
			seconds = min(seconds*10+time.Duration(digit-'0'), maxRetryAfter/time.Second)
		}
		return seconds * time.Second, true
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), maxRetryAfter), true
}
