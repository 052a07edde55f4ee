package podclient_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ibremove/podclient"
)

// proxy is a CONNECT proxy that leads to one server, whatever host is asked.
type proxy struct {
	to     string // host:port
	user   string // user:password; empty: anybody
	refuse int    // status to answer instead
	asked  atomic.Int32
	url    string
}

func (p *proxy) start(t *testing.T) *proxy {
	t.Helper()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.url = srv.URL
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	shown := &http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
	name, password, _ := shown.BasicAuth()
	switch {
	case r.Method != http.MethodConnect:
		http.Error(w, "CONNECT alone", http.StatusMethodNotAllowed)
	case p.user != "" && name+":"+password != p.user:
		w.Header().Set("Proxy-Authenticate", "Basic")
		http.Error(w, "who is "+password, http.StatusProxyAuthRequired)
	case p.refuse != 0:
		w.WriteHeader(p.refuse)
	default:
		p.join(w, r)
	}
}

func (p *proxy) join(w http.ResponseWriter, r *http.Request) {
	there, err := new(net.Dialer).DialContext(r.Context(), "tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = there.Close() }()
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = here.Close() }()
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(there, here); _ = there.(*net.TCPConn).CloseWrite() })
	wg.Go(func() { _, _ = io.Copy(here, there); _ = here.(*net.TCPConn).CloseWrite() })
	wg.Wait()
}

// withUser puts a user and a password into a proxy's address.
func withUser(t *testing.T, s, user, password string) *url.URL {
	t.Helper()
	u := address(t, s)
	u.User = url.UserPassword(user, password)
	return u
}

func TestProxy(t *testing.T) {
	ca := newCA(t)
	pod := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, server)}}, func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "pod.acme.test" || r.Header.Get("Proxy-Authorization") != "" {
			t.Errorf("host %s, header %v", r.Host, r.Header)
		}
		answer(200, doneBody)(w, r)
	})
	to := pod.Listener.Addr().String()
	const password = "hun/ter:2%"
	open := (&proxy{to: to}).start(t)
	closed := (&proxy{to: to, user: "me:" + password}).start(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	tests := []struct {
		name        string
		own, common *url.URL // of the endpoint, of the environment
		hint        string
		fatal       bool
	}{
		{"of the endpoint", address(t, open.url), nil, "", false},
		{"of the environment", nil, address(t, open.url), "", false},
		{"the endpoint's first", address(t, open.url), address(t, gone.URL), "", false},
		{"with a password", withUser(t, closed.url, "me", password), nil, "", false},
		{"password missing", address(t, closed.url), nil, "wants a user and a password", true},
		{"password wrong", withUser(t, closed.url, "me", password+"x"), nil, "does not take this user", true},
		{"refuses", address(t, (&proxy{refuse: 403}).start(t).url), nil, "does not connect to pod.acme.test", false},
		{"cannot reach it", address(t, (&proxy{refuse: 502}).start(t).url), nil, "does not connect to pod.acme.test", false},
		{"is down", withUser(t, gone.URL, "me", password), nil, "HTTPS_PROXY", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, podclient.Config{
				Pod:     podclient.Endpoint{URL: address(t, "https://pod.acme.test"+base), Proxy: tt.own},
				Token:   podclient.NewSecret(token),
				RootCAs: ca.pool(),
				Proxy:   func(*url.URL) (*url.URL, error) { return tt.common, nil },
			})
			_, err := c.Remove(context.Background(), "g", []int64{1, 2})
			if tt.hint == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := failure(t, err)
			if e.Kind != podclient.NotSent || e.Code() != "no_connection" || e.Fatal != tt.fatal || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("%+v", e)
			}
			if all := fmt.Sprintf("%v %+v %v", e, *e, e.Err); strings.Contains(all, "hun") || strings.Contains(all, "me:") {
				t.Errorf("a password in %s", all)
			}
		})
	}
}

func TestProxyPasswordIsNotTold(t *testing.T) {
	const password = "hunter 2/%"
	ca := newCA(t)
	pod := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, server)}}, answer(400, "bWU6aHVudGVyIDIvJQ== "+password+" hunter%202%2F%25"))
	p := (&proxy{to: pod.Listener.Addr().String()}).start(t)
	c := newClient(t, podclient.Config{
		Pod:     podclient.Endpoint{URL: address(t, "https://pod.acme.test"+base), Proxy: withUser(t, p.url, "me", password)},
		Token:   podclient.NewSecret(token),
		RootCAs: ca.pool(),
	})
	_, err := c.Remove(context.Background(), "g", []int64{1})
	if e := failure(t, err); e.Message != "[secret] [secret] [secret]" {
		t.Errorf("message %q", e.Message)
	}
}

func TestLoopbackIsNeverProxied(t *testing.T) {
	p := new(proxy).start(t)
	srv, _ := serverOf(t, answer(200, doneBody))
	port := address(t, srv).Port()
	for _, host := range []string{"127.0.0.1", "localhost"} {
		c := newClient(t, podclient.Config{
			Pod:   podclient.Endpoint{URL: address(t, "http://"+host+":"+port), Proxy: address(t, p.url)},
			Token: podclient.NewSecret(token),
			Proxy: func(*url.URL) (*url.URL, error) { return address(t, p.url), nil },
		})
		if _, err := c.Remove(context.Background(), "g", []int64{1, 2}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if n := p.asked.Load(); n != 0 {
		t.Errorf("the proxy was asked %d times", n)
	}
}
