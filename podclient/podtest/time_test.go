package podtest_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/podclient/podtest"
)

func TestThrottle(t *testing.T) {
	clock := &clock{now: time.Date(2026, 9, 30, 2, 0, 0, 1, time.UTC)}
	for _, tc := range []struct {
		name  string
		set   []string
		after string
		done  bool
	}{
		{"seconds", []string{"retry-after", "1500ms"}, "2", false},
		{"date", []string{"retry-after", "90s", "retry-after-date", "true"}, "Wed, 30 Sep 2026 02:01:31 GMT", false},
		{"silent", []string{"retry-after", "0"}, "", false},
		{"carried out", []string{"throttled-done", "true"}, "1", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := open(t, podtest.Options{Now: clock.Now}, nil)
			clock := clock.Now()
			c.set(append(tc.set, "rate", "2.5")...)
			c.pod.AddMembers(group, 1, 2, 3, 4)
			for id := range 4 {
				answer, err := c.http.Do(c.request("POST", membership(group, "remove"), "["+strconv.Itoa(id+1)+"]"))
				if err != nil {
					t.Fatal(err)
				}
				_ = answer.Body.Close()
				want, after := 200, ""
				if id == 3 {
					want, after = 429, tc.after
				}
				if answer.StatusCode != want || answer.Header.Get("Retry-After") != after {
					t.Errorf("request %d: %d, Retry-After %q", id+1, answer.StatusCode, answer.Header.Get("Retry-After"))
				}
				if answer.Header.Get("Date") != clock.Format(http.TimeFormat) {
					t.Errorf("date is not the pod's: %s", answer.Header.Get("Date"))
				}
			}
			if done := !c.pod.IsMember(group, 4); done != tc.done {
				t.Errorf("carried out is %t", done)
			}
		})
	}
}

// TestEvenPace holds that a client at the limit is never refused, and one
// beyond it is.
func TestEvenPace(t *testing.T) {
	for _, rate := range []float64{0.4, 1, 2.5, 7, 40} {
		clock := &clock{now: time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)}
		c := open(t, podtest.Options{Now: clock.Now}, func(b *podtest.Behaviour) { b.Rate = rate })
		for n := range 100 {
			if status, _ := c.call("GET", "/pod/v2/sessioninfo", ""); status != 200 {
				t.Fatalf("%g/s: request %d: %d", rate, n+1, status)
			}
			clock.Advance(time.Duration(float64(time.Second)/rate) + 1)
		}
		refused := 0
		for range 2*int(rate) + 2 { // twice as fast
			if status, _ := c.call("GET", "/pod/v2/sessioninfo", ""); status == 429 {
				refused++
			}
			clock.Advance(time.Duration(float64(time.Second) / rate / 2))
		}
		if refused == 0 {
			t.Errorf("%g/s: twice the pace is never refused", rate)
		}
	}
}

// TestLatency holds that the change is there before its answer, and when the
// answer comes.
func TestLatency(t *testing.T) {
	for _, tc := range []struct {
		action, body string
		takes        time.Duration
	}{
		{"remove", "[1,2]", time.Minute + time.Hour},
		{"add", "[3,4]", time.Minute + time.Hour + 2*time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			pod := podtest.New(podtest.Options{})
			pod.Set(func(b *podtest.Behaviour) {
				b.Latency, b.AddLatency = time.Minute, time.Second
				b.SlowGroups, b.SlowBy = []string{"other", group}, time.Hour
			})
			pod.AddMembers(group, 1, 2)
			start, took := time.Now(), make(chan time.Duration, 1)
			go func() {
				pod.ServeHTTP(httptest.NewRecorder(), direct(t.Context(), pod.Token(), tc.action, tc.body))
				took <- time.Since(start)
			}()
			synctest.Wait()
			if n := len(pod.Members(group)); n == 2 || time.Since(start) != 0 {
				t.Errorf("%s: %d members at once", tc.action, n)
			}
			if got := <-took; got != tc.takes {
				t.Errorf("%s took %v, want %v", tc.action, got, tc.takes)
			}
		})
	}
}
