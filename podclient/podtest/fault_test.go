package podtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ibremove/podclient/podtest"
)

func TestFaults(t *testing.T) {
	const own = `{"overallResult":"SUCCESS","results":["",""]}`
	for name, tc := range map[string]struct {
		fault   podtest.Fault
		applied bool
		status  int    // 0: no answer
		body    string // so much of it as arrived
		whole   bool
	}{
		"none":            {podtest.Fault{}, true, 200, own, true},
		"apply alone":     {podtest.Fault{Apply: true}, true, 200, own, true},
		"status":          {podtest.Fault{Status: 500}, false, 500, `{"code":500,"message":"Internal Server Error"}`, true},
		"status, applied": {podtest.Fault{Status: 502, Message: "bad gateway", Apply: true}, true, 502, `{"code":502,"message":"bad gateway"}`, true},
		"accepted":        {podtest.Fault{Status: 202, Apply: true}, true, 202, own, true},
		"no content":      {podtest.Fault{Status: 204, Apply: true}, true, 204, "", true},
		"body":            {podtest.Fault{Body: []byte("<html>")}, false, 200, "<html>", true},
		"body, applied":   {podtest.Fault{Body: []byte("{}"), Apply: true}, true, 200, "{}", true},
		"empty body":      {podtest.Fault{Body: []byte{}, Apply: true}, true, 200, "", true},
		"short":           {podtest.Fault{ShortResults: 1}, true, 200, `{"overallResult":"SUCCESS","results":[""]}`, true},
		"shorter":         {podtest.Fault{ShortResults: 9}, true, 200, `{"overallResult":"SUCCESS","results":[]}`, true},
		"cut":             {podtest.Fault{CutAfter: 12}, true, 200, own[:12], false},
		"cut at the end":  {podtest.Fault{CutAfter: 9999}, true, 200, own[:len(own)-1], false},
		"cut before all":  {podtest.Fault{CutAfter: -1}, true, 200, "", false},
		"reset":           {podtest.Fault{Reset: true}, false, 0, "", false},
		"reset, applied":  {podtest.Fault{Reset: true, Apply: true}, true, 0, "", false},
		"delay":           {podtest.Fault{Delay: time.Millisecond}, true, 200, own, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, podtest.Options{Fault: func(podtest.Request) podtest.Fault { return tc.fault }}, nil)
			c.pod.AddMembers(group, 1, 2)
			status, body, err := c.send(c.request("POST", membership(group, "remove"), "[1,2]"))
			if status != tc.status || body != tc.body || (err == nil) != tc.whole {
				t.Errorf("%d %q %v, want %d %q", status, body, err, tc.status, tc.body)
			}
			if tc.fault.Reset && errors.Is(err, io.EOF) {
				t.Error("the connection ended in good order")
			}
			if applied := len(c.pod.Members(group)) == 0; applied != tc.applied {
				t.Errorf("carried out is %t", applied)
			}
			r := c.pod.Requests()[0]
			if r.Answered != tc.status || (len(r.Applied) == 2) != tc.applied {
				t.Errorf("log: %+v", r)
			}
		})
	}
}

func TestFaultHeader(t *testing.T) {
	c := open(t, podtest.Options{}, nil)
	c.pod.SetFault(func(r podtest.Request) podtest.Fault {
		if r.OfKind != 2 {
			return podtest.Fault{}
		}
		return podtest.Fault{Status: 302, Header: http.Header{"location": {"https://elsewhere.example/"}, "content-type": {"text/html"}}}
	})
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for n, want := range []int{200, 302, 200} {
		answer, err := c.http.Do(c.request("GET", "/pod/v2/sessioninfo", ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		redirected := answer.Header.Get("Location") != "" && answer.Header.Get("Content-Type") == "text/html"
		if answer.StatusCode != want || redirected != (want == 302) {
			t.Errorf("request %d: %d %v", n+1, answer.StatusCode, answer.Header)
		}
	}
}

// TestHang holds that a hanging request ends with its client, or else with
// the server, and that the rest of the pod goes on.
func TestHang(t *testing.T) {
	c := open(t, podtest.Options{}, nil)
	c.pod.AddMembers(group, 1, 2)
	arrived := make(chan struct{}, 2)
	c.pod.SetFault(func(r podtest.Request) podtest.Fault {
		if r.Kind != podtest.Remove {
			return podtest.Fault{}
		}
		arrived <- struct{}{}
		return podtest.Fault{Hang: true, Apply: r.OfKind == 2}
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	hang := func(ctx context.Context, body string) {
		_, _, err := c.send(c.request("POST", membership(group, "remove"), body).WithContext(ctx))
		done <- err
	}
	go hang(ctx, "[1]")
	<-arrived
	if status, _ := c.call("GET", membership(group, "list"), ""); status != 200 {
		t.Error(status)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	go hang(t.Context(), "[2]")
	<-arrived
	c.server.Close()
	if err := <-done; err == nil {
		t.Error("an answer came")
	}
	c.server.Close() // once more does nothing
	c.wantMembers(1)
}

// TestDelayed holds that a request that lies about is carried out although its
// client has gone.
func TestDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pod := podtest.New(podtest.Options{Fault: func(podtest.Request) podtest.Fault { return podtest.Fault{Delay: time.Hour} }})
		pod.AddMembers(group, 1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			pod.ServeHTTP(httptest.NewRecorder(), direct(ctx, pod.Token(), "remove", "[1]"))
		}()
		synctest.Wait()
		if !pod.IsMember(group, 1) {
			t.Error("carried out before the delay")
		}
		<-done
		if pod.IsMember(group, 1) {
			t.Error("not carried out after it")
		}
	})
}

// direct is a request that needs no connection.
func direct(ctx context.Context, token, action, body string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, membership(group, action), strings.NewReader(body))
	r.Header.Set("sessionToken", token)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// TestRates holds that each rate brings its own kind of failure, that the seed
// settles which requests fail, and that logins are spared.
func TestRates(t *testing.T) {
	for rate, broken := range map[string]func(status int, body string, err error) bool{
		"fault-503":          func(status int, _ string, _ error) bool { return status == 503 },
		"fault-429":          func(status int, _ string, _ error) bool { return status == 429 },
		"fault-500-before":   func(status int, _ string, _ error) bool { return status == 500 },
		"fault-500-after":    func(status int, _ string, _ error) bool { return status == 500 },
		"fault-cut":          func(_ int, _ string, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) },
		"fault-reset-before": func(status int, _ string, err error) bool { return status == 0 && err != nil },
		"fault-reset-after":  func(status int, _ string, err error) bool { return status == 0 && err != nil },
		"fault-garbage":      func(status int, body string, _ error) bool { return status == 200 && strings.Contains(body, "<html>") },
	} {
		t.Run(rate, func(t *testing.T) {
			pattern := func(seed string) (all string) {
				c := open(t, podtest.Options{}, nil)
				c.set(rate, "0.5", "fault-seed", seed)
				for id := range 40 {
					c.pod.AddMembers(group, int64(id+1))
					status, body, err := c.send(c.request("POST", membership(group, "remove"), fmt.Sprintf("[%d]", id+1)))
					bad := broken(status, body, err)
					if !bad && (status != 200 || body != result("") || err != nil) {
						t.Errorf("another failure: %d %s %v", status, body, err)
					}
					out := !c.pod.IsMember(group, int64(id+1))
					if bad && rate != "fault-garbage" && out != (strings.HasSuffix(rate, "-after") || rate == "fault-cut") {
						t.Errorf("carried out is %t", out)
					}
					all += map[bool]string{true: "x", false: "."}[bad]
				}
				if status, _ := c.call("POST", "/login/pubkey/authenticate", "{}"); status != 400 {
					t.Errorf("login: %d", status)
				}
				return all
			}
			first := pattern("7")
			if n := strings.Count(first, "x"); n < 8 || n > 32 {
				t.Errorf("%d of 40 fail at a rate of a half", n)
			}
			if again := pattern("7"); again != first {
				t.Errorf("one seed, two patterns:\n%s\n%s", first, again)
			}
			if other := pattern("8"); other == first {
				t.Error("another seed, the same pattern")
			}
		})
	}
}

// TestAllRates holds that rates add up.
func TestAllRates(t *testing.T) {
	c := open(t, podtest.Options{}, nil)
	c.set("fault-503", "0.5", "fault-429", "0.5")
	seen := make(map[int]int)
	for range 40 {
		status, _ := c.call("GET", membership(group, "list"), "")
		seen[status]++
	}
	if seen[503]+seen[429] != 40 || seen[503] < 8 || seen[429] < 8 {
		t.Errorf("%v", seen)
	}
}
