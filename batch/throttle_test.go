package batch_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/batch"
)

// slack is what a nanosecond of rounding a request may come to.
const slack = time.Microsecond

// TestPaceIsEven: N requests take (N-1)/R, each at the same distance, with
// answers as slow as the concurrency allows.
func TestPaceIsEven(t *testing.T) {
	for name, c := range map[string]struct {
		rate    float64
		workers int
		answer  time.Duration
		want    time.Duration // of 41 requests
	}{
		"one worker":         {5, 1, 0, 8 * time.Second},
		"answers take 750ms": {5, 4, 750 * time.Millisecond, 8 * time.Second},
		"a fraction":         {0.25, 1, 0, 160 * time.Second},
		"400 a second":       {400, 8, 0, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTrial(t, groups(40), func(r *trial) {
					r.line.Rate, r.line.Concurrency, r.pod.delay = c.rate, c.workers, c.answer
				})
				r.run(r.ctx)
				at := append(r.pod.times("login"), r.pod.times("change")...)
				slices.SortFunc(at, time.Time.Compare)
				took := at[len(at)-1].Sub(at[0])
				if took < c.want || took > c.want+c.answer+slack {
					t.Errorf("took %v, want %v", took, c.want)
				}
				least := time.Duration(float64(time.Second) / c.rate)
				for i := range at[1:] {
					if gap := at[i+1].Sub(at[i]); gap < least {
						t.Fatalf("request %d came %v after the one before, want %v", i+1, gap, least)
					}
				}
			})
		})
	}
}

// TestNoBurstAfterRest: who was idle may not make up for it.
func TestNoBurstAfterRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := batch.NewPace(10)
		var at []time.Time
		for range 3 {
			<-time.After(time.Minute)
			for range 3 {
				if err := p.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				at = append(at, time.Now())
			}
		}
		for i := range at[1:] {
			if gap := at[i+1].Sub(at[i]); gap < 100*time.Millisecond {
				t.Errorf("turn %d came after %v", i+1, gap)
			}
		}
	})
}

func TestPaceEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := batch.NewPace(0.001)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for p.Wait(ctx) == nil {
				}
			})
		}
		all.Wait()
		if took := time.Since(begin); took != time.Minute {
			t.Errorf("the wait ended after %v", took)
		}
	})
}

// TestPauseIsForAll: after an answer that asks to wait, nobody goes out before
// that time; then one goes at once, and the pace recovers within 30 s without
// ever going beyond what was asked for.
func TestPauseIsForAll(t *testing.T) {
	for name, c := range map[string]struct {
		rate  float64
		err   error
		pause time.Duration
	}{
		"429, 7 s":                {5, throttledFor(429, 7*time.Second), 7 * time.Second},
		"503, 1 s":                {5, throttledFor(503, time.Second), time.Second},
		"none":                    {5, throttledFor(429, 0), 0},
		"an hour is 15 minutes":   {5, throttledFor(429, time.Hour), 15 * time.Minute},
		"a pace below one second": {0.5, throttledFor(429, 10*time.Second), 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const bad = 20
				r := newTrial(t, groups(300), func(r *trial) {
					r.line.Rate, r.line.Concurrency = c.rate, 8
					r.pod.script = func(q request) reply {
						if q.n == bad {
							return reply{err: c.err}
						}
						return reply{}
					}
				})
				r.run(r.ctx)
				at := r.pod.times("change")
				over := at[bad-1].Add(c.pause)
				least := time.Duration(float64(time.Second) / c.rate)
				next := max(c.pause, least)
				if got := at[bad].Sub(at[bad-1]); got < next || got > next+time.Second {
					t.Errorf("the next request came after %v, want %v", got, next)
				}
				slow := 0
				for i := bad; i+1 < len(at); i++ {
					gap := at[i+1].Sub(at[i])
					if gap < least {
						t.Fatalf("request %d came %v after the one before", i+1, gap)
					}
					if gap > least+slack {
						slow++
						if at[i].Sub(over) > 30*time.Second {
							t.Fatalf("%v after the pause the pace is still one request in %v", at[i].Sub(over), gap)
						}
					}
				}
				if slow == 0 {
					t.Error("the pace did not slow")
				}
				r.want("rows", r.counts(), "300 removed ok")
			})
		})
	}
}

// TestThrottledTogetherSlowsOnce: eight answers to requests that were under
// way together bring the pace down once, and make one backoff.
func TestThrottledTogetherSlowsOnce(t *testing.T) {
	pause := func(t *testing.T, together int) (pause, then time.Duration) {
		r := newTrial(t, groups(60), func(r *trial) {
			r.line.Rate, r.line.Concurrency, r.pod.delay = 100, 8, time.Second
			r.line.Backoff = batch.Backoff{Initial: 2 * time.Second}
			r.pod.script = func(q request) reply {
				if q.n <= together {
					return reply{err: answered(429)}
				}
				return reply{}
			}
		})
		r.run(r.ctx)
		at := r.pod.times("change")
		return at[8].Sub(at[0]), at[10].Sub(at[9])
	}
	synctest.Test(t, func(t *testing.T) {
		_, one := pause(t, 1)
		longest, eight := pause(t, 8)
		if longest > 4*time.Second {
			t.Errorf("eight answers at once paused for %v: each was taken for one more in a row", longest)
		}
		if eight > 2*one {
			t.Errorf("the next gap is %v after eight answers, %v after one", eight, one)
		}
	})
}

// TestThrottledAgainAndAgain: the pace comes down to a sixteenth, not to
// nothing, and nothing is lost.
func TestThrottledAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrial(t, groups(1), func(r *trial) {
			r.line.Rate, r.d.MaxAttempts = 10, 50
			r.pod.script = first(40, throttledFor(429, 0), false)
		})
		r.run(r.ctx)
		r.want("rows", r.counts(), "1 removed ok")
		at := r.pod.times("change")
		for i := range at[1:] {
			if gap := at[i+1].Sub(at[i]); gap > 2*time.Second {
				t.Errorf("request %d came after %v", i+1, gap)
			}
		}
	})
}
