package podclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ibremove/podclient"
)

const token = "tok-0123456789abcdef"

// base is where the tests' servers have their pod.
const base = "/ctx/pod"

var doneBody = `{"overallResult":"SUCCESS","results":["",""]}`

func address(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// calls collects what a client tells its observer.
type calls struct {
	mu  sync.Mutex
	all []podclient.Call
}

func (c *calls) add(call podclient.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, call)
}

func newClient(t *testing.T, cfg podclient.Config) *podclient.Client {
	t.Helper()
	c, err := podclient.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// serve starts a pod that answers with h, and a client of it with a ready token.
func serve(t *testing.T, h http.HandlerFunc) (*podclient.Client, *calls) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	seen := new(calls)
	return newClient(t, podclient.Config{
		Pod:     podclient.Endpoint{URL: address(t, srv.URL+base)},
		Token:   podclient.NewSecret(token),
		Observe: seen.add,
	}), seen
}

// answer is a handler that always says the same.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func failure(t *testing.T, err error) *podclient.Error {
	t.Helper()
	var e *podclient.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T) is no *Error", err, err)
	}
	return e
}

func TestRequests(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		name   string
		call   func(*podclient.Client) (any, error)
		method string
		uri    string
		body   string
		answer string
		want   string
	}{
		{"remove", func(c *podclient.Client) (any, error) {
			return c.Remove(ctx, "571db1f2e4b027c4f055a594", []int64{7, 8})
		},
			"POST", "/ctx/pod/v1/admin/group/571db1f2e4b027c4f055a594/membership/remove", "[7,8]", doneBody, "[ ]"},
		{"add", func(c *podclient.Client) (any, error) { return c.Add(ctx, "g", []int64{7, 8}) },
			"POST", "/ctx/pod/v1/admin/group/g/membership/add", "[7,8]", `{"overallResult":"FAIL","results":["","no"]}`, "[ no]"},
		{"hostile gid", func(c *podclient.Client) (any, error) { return c.Remove(ctx, "../a/%2F..+=~_-.", []int64{1, 2}) },
			"POST", "/ctx/pod/v1/admin/group/..%2Fa%2F%252F..+=~_-./membership/remove", "[1,2]", doneBody, "[ ]"},
		{"dots", func(c *podclient.Client) (any, error) { return c.Remove(ctx, "...", []int64{1, 2}) },
			"POST", "/ctx/pod/v1/admin/group/.../membership/remove", "[1,2]", doneBody, "[ ]"},
		{"more hostile gid", func(c *podclient.Client) (any, error) { return c.Members(ctx, "a?b#c\r\nX: y;é", 0, 5) },
			"GET", "/ctx/pod/v1/admin/group/a%3Fb%23c%0D%0AX:%20y%3B%C3%A9/membership/list?skip=0&limit=5", "", "[]", "[]"},
		{"members", func(c *podclient.Client) (any, error) { return c.Members(ctx, "a/b", 10000, 10000) },
			"GET", "/ctx/pod/v1/admin/group/a%2Fb/membership/list?skip=10000&limit=10000", "", "[3,4]", "[3 4]"},
		{"groups", func(c *podclient.Client) (any, error) { return c.Groups(ctx) },
			"GET", "/ctx/pod/v1/admin/group/list", "", `[{"id":"g","name":"n","active":true,"memberCount":3,"policies":["p"],"createdDate":1}]`, "[{g n}]"},
		{"status", func(c *podclient.Client) (any, error) { return c.UserStatus(ctx, 42) },
			"GET", "/ctx/pod/v1/admin/user/42/status", "", `{"status":"DISABLED","x":1}`, "DISABLED"},
		{"session", func(c *podclient.Client) (any, error) { return c.Session(ctx) },
			"GET", "/ctx/pod/v2/sessioninfo", "", `{"id":9,"username":"bot","displayName":"Bot","company":"Acme","roles":["R"],"avatars":[]}`, "{9 bot Bot Acme [R]}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var header http.Header
			c, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				header = r.Header.Clone()
				body, _ := io.ReadAll(r.Body)
				if r.Method != tt.method || r.RequestURI != tt.uri || string(body) != tt.body {
					t.Errorf("got %s %s %q", r.Method, r.RequestURI, body)
				}
				answer(200, tt.answer)(w, r)
			})
			got, err := tt.call(c)
			if err != nil || fmt.Sprint(got) != tt.want {
				t.Fatalf("got %v, %v, want %s", got, err, tt.want)
			}
			if header.Get("sessionToken") != token || header.Get("Accept") != "application/json" ||
				header.Get("User-Agent") != "ibremove" || header.Get("Accept-Encoding") != "" {
				t.Errorf("header %v", header)
			}
			if want := map[bool]string{true: "application/json"}[tt.body != ""]; header.Get("Content-Type") != want {
				t.Errorf("Content-Type %q, want %q", header.Get("Content-Type"), want)
			}
			call := seen.all[0]
			if len(seen.all) != 1 || call.TraceID != header.Get("X-Trace-Id") || len(call.TraceID) < 16 || call.Status != 200 ||
				call.Method != tt.method || call.Path != strings.SplitN(tt.uri, "?", 2)[0] || call.Attempt != 1 || call.Err != nil {
				t.Errorf("observed %+v", seen.all)
			}
		})
	}
}

func TestObserve(t *testing.T) {
	clock := time.Unix(1790000000, 0)
	srv := httptest.NewServer(answer(503, `{"code":503,"message":"later"}`))
	defer srv.Close()
	var seen calls
	c := newClient(t, podclient.Config{
		Pod:     podclient.Endpoint{URL: address(t, srv.URL)},
		Token:   podclient.NewSecret(token),
		Observe: seen.add,
		Now:     func() time.Time { clock = clock.Add(time.Second); return clock },
	})
	for n := 1; n <= 2; n++ {
		_, _ = c.Remove(podclient.WithAttempt(context.Background(), n), "g", []int64{1, 2, 3})
	}
	if len(seen.all) != 2 || seen.all[0].TraceID == seen.all[1].TraceID {
		t.Fatalf("observed %+v", seen.all)
	}
	last := seen.all[1]
	if last.IDs != 3 || last.Attempt != 2 || last.Status != 503 || last.Err.Message != "later" || last.Start.IsZero() || last.Duration <= 0 {
		t.Errorf("observed %+v", last)
	}
}

func TestRefusedUnsent(t *testing.T) {
	c, seen := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request came") })
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	ctx := context.Background()
	for name, call := range map[string]func() error{
		"empty gid":   func() error { _, err := c.Remove(ctx, "", []int64{1}); return err },
		"dot":         func() error { _, err := c.Add(ctx, ".", []int64{1}); return err },
		"dot dot":     func() error { _, err := c.Members(ctx, "..", 0, 1); return err },
		"no ids":      func() error { _, err := c.Remove(ctx, "g", nil); return err },
		"stopped":     func() error { _, err := c.Remove(gone, "g", []int64{1}); return err },
		"ready token": func() error { return c.Login(ctx) },
	} {
		e := failure(t, call())
		if e.Kind != podclient.NotSent || e.Message == "" || e.Fatal == (name == "stopped") {
			t.Errorf("%s: %+v", name, e)
		}
		if name == "stopped" && !errors.Is(e, context.Canceled) {
			t.Errorf("%s: %v does not wrap the context's error", name, e.Err)
		}
	}
	if len(seen.all) != 0 {
		t.Errorf("observed %+v", seen.all)
	}
}

func TestDefaultHeaders(t *testing.T) {
	var got http.Header
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		answer(200, doneBody)(w, r)
	}))
	defer srv.Close()
	c := newClient(t, podclient.Config{
		Pod: podclient.Endpoint{URL: address(t, srv.URL), Header: http.Header{
			"x-custom": {"a", "b"}, "sessionToken": {"mine"}, "content-type": {"text/xml"}, "x-trace-id": {"same"},
			"idempotency-key": {"k"}, "X-IDEMPOTENCY-KEY": {"k"}, "accept-encoding": {"gzip"}, "user-agent": {"me"}, "Transfer-Encoding": {"chunked"},
		}},
		Token:     podclient.NewSecret(token),
		UserAgent: "ibremove/1",
	})
	if _, err := c.Remove(context.Background(), "g", []int64{1, 2}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Values("X-Custom"), []string{"a", "b"}) {
		t.Errorf("X-Custom is %q", got.Values("X-Custom"))
	}
	for name, want := range map[string][]string{
		"Sessiontoken": {token}, "Content-Type": {"application/json"}, "User-Agent": {"ibremove/1"},
		"Idempotency-Key": nil, "X-Idempotency-Key": nil, "Accept-Encoding": nil,
	} {
		if !slices.Equal(got.Values(name), want) {
			t.Errorf("%s is %q, want %q", name, got.Values(name), want)
		}
	}
	if id := got.Values("X-Trace-Id"); len(id) != 1 || id[0] == "same" {
		t.Errorf("X-Trace-Id is %q", id)
	}
}
