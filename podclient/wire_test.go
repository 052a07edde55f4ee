package podclient_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ibremove/podclient"
)

// hijack takes the connection of a request from the server.
func hijack(t *testing.T, w http.ResponseWriter) *net.TCPConn {
	t.Helper()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return nil
	}
	return conn.(*net.TCPConn)
}

// Each way in which an answer can break off once the request was on its way.
func TestLost(t *testing.T) {
	for name, h := range map[string]func(*net.TCPConn){
		"end of stream": func(*net.TCPConn) {},
		"reset":         func(c *net.TCPConn) { _ = c.SetLinger(0) },
		"half a header": func(c *net.TCPConn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nConte") },
		"not HTTP":      func(c *net.TCPConn) { _, _ = io.WriteString(c, "hello "+token+"\r\n\r\n") },
		"cut body": func(c *net.TCPConn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"+doneBody)
		},
		"cut chunk": func(c *net.TCPConn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n"+doneBody)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				conn := hijack(t, w)
				h(conn)
				_ = conn.Close()
			})
			_, err := c.Remove(context.Background(), "g", []int64{1, 2})
			e := failure(t, err)
			if e.Kind != podclient.Lost || e.Code() != "connection_lost" || e.Message == "" || e.Fatal || strings.Contains(e.Error()+e.Err.Error(), token) {
				t.Errorf("%+v, code %s", e, e.Code())
			}
			if len(seen.all) != 1 || seen.all[0].Err != e {
				t.Errorf("observed %+v", seen.all)
			}
		})
	}
}

// The status stands, even if the rest of the answer does not come.
func TestRefusalCut(t *testing.T) {
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn := hijack(t, w)
		_, _ = io.WriteString(conn, "HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 100\r\n\r\nlater")
		_ = conn.Close()
	})
	_, err := c.Remove(context.Background(), "g", []int64{1, 2})
	if e := failure(t, err); e.Kind != podclient.Answered || e.Status != 503 || e.Message != "later" || e.RetryAfter != 2*time.Second {
		t.Errorf("%+v", e)
	}
}

func TestTimeout(t *testing.T) {
	for name, early := range map[string]string{"no answer": "", "half an answer": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"} {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn := hijack(t, w)
				_, _ = io.WriteString(conn, early)
				<-done
				_ = conn.Close()
			}))
			defer srv.Close()
			defer close(done)
			c := newClient(t, podclient.Config{
				Pod:     podclient.Endpoint{URL: address(t, srv.URL)},
				Token:   podclient.NewSecret(token),
				Timeout: 50 * time.Millisecond,
			})
			_, err := c.Remove(context.Background(), "g", []int64{1, 2})
			if e := failure(t, err); e.Kind != podclient.Lost || e.Code() != "timeout" || !strings.Contains(e.Message, "50ms") {
				t.Errorf("%+v, code %s", e, e.Code())
			}
		})
	}
}

func TestStoppedOnItsWay(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cancel(errors.New("a signal"))
		<-done
	}))
	defer srv.Close()
	defer close(done)
	c := newClient(t, podclient.Config{Pod: podclient.Endpoint{URL: address(t, srv.URL)}, Token: podclient.NewSecret(token)})
	_, err := c.Remove(ctx, "g", []int64{1, 2})
	if e := failure(t, err); e.Kind != podclient.Lost || !errors.Is(e, context.Canceled) || e.Code() != "connection_lost" {
		t.Errorf("%+v, code %s", e, e.Code())
	}
}

// mute is a server that takes connections and says nothing.
func mute(t *testing.T, accepted func()) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var conns []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			conns = append(conns, conn)
			accepted()
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func TestNotSent(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	closed := httptest.NewServer(nil)
	closed.Close()
	plain, _ := serverOf(t, answer(200, doneBody))
	tests := []struct {
		name, url, hint string
		cfg             podclient.Config
		ctx             context.Context
		is              error
	}{
		{"refused", closed.URL, "firewall", podclient.Config{}, context.Background(), nil},
		{"unknown host", "https://pod.invalid/pod", "pod.invalid", podclient.Config{}, context.Background(), nil},
		{"no TLS there", strings.Replace(plain, "http:", "https:", 1), "port", podclient.Config{}, context.Background(), nil},
		{"handshake in vain", "https://" + mute(t, func() {}), "", podclient.Config{ConnectTimeout: 50 * time.Millisecond}, context.Background(), nil},
		{"timeout while dialling", "https://" + mute(t, func() {}), "", podclient.Config{Timeout: 50 * time.Millisecond}, context.Background(), context.DeadlineExceeded},
		{"stopped while dialling", "https://" + mute(t, func() { cancel(errors.New("a signal")) }), "", podclient.Config{}, ctx, context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.Pod.URL, tt.cfg.Token = address(t, tt.url), podclient.NewSecret(token)
			_, err := newClient(t, tt.cfg).Remove(tt.ctx, "g", []int64{1, 2})
			e := failure(t, err)
			if e.Kind != podclient.NotSent || e.Code() != "no_connection" || e.Fatal || e.Message == "" || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("%+v", e)
			}
			if tt.is != nil && !errors.Is(e, tt.is) {
				t.Errorf("%v does not wrap %v", e.Err, tt.is)
			}
		})
	}
}

// net/http sends a GET again by itself when a kept connection breaks; a
// request of ours goes out once, and the caller is told.
func TestNothingIsRepeated(t *testing.T) {
	for name, call := range map[string]func(*podclient.Client) error{
		"GET": func(c *podclient.Client) error { _, err := c.Groups(context.Background()); return err },
		"POST": func(c *podclient.Client) error {
			_, err := c.Remove(context.Background(), "g", []int64{1, 2})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			c, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if requests.Add(1) == 1 {
					answer(200, map[string]string{"GET": "[]", "POST": doneBody}[r.Method])(w, r)
					return
				}
				_ = hijack(t, w).Close()
			})
			if err := call(c); err != nil {
				t.Fatal(err)
			}
			if e := failure(t, call(c)); e.Kind != podclient.Lost || e.Code() != "connection_lost" {
				t.Errorf("%+v", e)
			}
			if n := requests.Load(); n != 2 || len(seen.all) != 2 {
				t.Errorf("%d requests, %d observed", n, len(seen.all))
			}
		})
	}
}

func TestConnectionsAreKept(t *testing.T) {
	var conns atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			answer(404, `{"code":403,"message":"group cannot be found"}`)(w, r)
			return
		}
		answer(200, doneBody)(w, r)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	c := newClient(t, podclient.Config{Pod: podclient.Endpoint{URL: address(t, srv.URL)}, Token: podclient.NewSecret(token)})
	for range 20 {
		_, _ = c.Remove(context.Background(), "g", []int64{1, 2})
		_, _ = c.Members(context.Background(), "g", 0, 1)
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for 40 requests one after the other", n)
	}
}
