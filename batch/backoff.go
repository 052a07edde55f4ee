package batch

import (
	"math"
	"math/rand/v2"
	"time"
)

// Backoff says how long to wait before a request is sent again: a random time
// between nothing and a bound that grows with each attempt (full jitter; AWS
// Architecture Blog, "Exponential Backoff And Jitter"). The zero value takes
// the defaults.
type Backoff struct {
	Initial    time.Duration // the bound after the first attempt; 500 ms
	Multiplier float64       // of the bound, for each further attempt; 2
	Max        time.Duration // the highest bound; 30 s
}

// After is the wait after a number of attempts, 1 being the first.
func (b Backoff) After(attempts int) time.Duration {
	return rand.N(max(1, b.bound(attempts)))
}

func (b Backoff) bound(attempts int) time.Duration {
	if b.Initial <= 0 {
		b.Initial = 500 * time.Millisecond
	}
	if b.Multiplier < 1 {
		b.Multiplier = 2
	}
	if b.Max <= 0 {
		b.Max = 30 * time.Second
	}
	grown := float64(b.Initial) * math.Pow(b.Multiplier, float64(attempts-1))
	return time.Duration(min(grown, float64(b.Max)))
}
