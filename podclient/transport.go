package podclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// idleTimeout stays below what load balancers usually allow (60 s): a POST on
// a connection that the other end is closing would be in doubt.
const idleTimeout = 30 * time.Second

// newTransport makes the connections of one endpoint. It is used without an
// http.Client, so no redirect is followed and no cookie kept. HTTP/1.1 alone:
// a request then has its connection to itself, and nothing is repeated below
// us, as HTTP/2 does after some stream errors.
func newTransport(cfg Config, proxy *url.URL, cert *tls.Certificate) *http.Transport {
	t := &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			return proxy, flightOf(r.Context()).refuseRepeat()
		},
		OnProxyConnectResponse: checkConnect,
		DialContext:            (&net.Dialer{Timeout: cfg.ConnectTimeout}).DialContext,
		TLSHandshakeTimeout:    cfg.ConnectTimeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
		Protocols:              new(http.Protocols),
		MaxIdleConns:           cfg.MaxConns,
		MaxIdleConnsPerHost:    cfg.MaxConns,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: 1 << 20,
		WriteBufferSize:        32 << 10, // head and ids of a usual request go out in one write
		DisableCompression:     true,
	}
	t.Protocols.SetHTTP1(true)
	if cert != nil {
		// Offered whatever authorities the pod names: a pod that does not
		// want this one then says so, which is easier to understand than
		// a certificate that is missing.
		t.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return cert, nil
		}
	}
	return t
}

// flight knows whether a request may have left.
type flight struct{ gotConn atomic.Bool }

type flightKey struct{}

// withFlight starts a flight; its context is for one request.
func withFlight(ctx context.Context) (context.Context, *flight) {
	f := new(flight)
	ctx = context.WithValue(ctx, flightKey{}, f)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { f.gotConn.Store(true) },
	}), f
}

func flightOf(ctx context.Context) *flight {
	f, _ := ctx.Value(flightKey{}).(*flight)
	return f
}

// onItsWay reports whether the request was given a connection. It may have
// been written from then on, in part or as a whole.
func (f *flight) onItsWay() bool { return f.gotConn.Load() }

// errRepeat stands for the error of a broken connection that net/http keeps to
// itself when it wants to send the request again.
var errRepeat = errors.New("the connection broke before an answer came")

// refuseRepeat ends a request that already had a connection. net/http sends a
// GET again by itself when a kept connection breaks, unpaced and unlogged; it
// asks for the proxy before each such try, which makes that the place to stop it.
func (f *flight) refuseRepeat() error {
	if f != nil && f.onItsWay() {
		return errRepeat
	}
	return nil
}

// proxyRefusal is a proxy's answer to CONNECT when it is not 200.
type proxyRefusal struct {
	proxy  string // host:port
	status int
}

func (e *proxyRefusal) Error() string {
	return fmt.Sprintf("proxy %s answered %d %s", e.proxy, e.status, http.StatusText(e.status))
}

func checkConnect(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyRefusal{proxy: proxy.Host, status: answer.StatusCode}
	}
	return nil
}
