package podtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"sync"
)

// Server is a pod that is being served.
type Server struct {
	URL string // base address, without a slash at the end

	http *http.Server
	stop chan struct{}
	once sync.Once
}

// Start serves the pod on a loopback address, such as 127.0.0.1:0.
func (p *Pod) Start(addr string) (*Server, error) { return p.start(addr, nil) }

// StartTLS is Start over TLS, with a certificate of the pod's own authority.
// A client may show a certificate of the same.
func (p *Pod) StartTLS(addr string) (*Server, error) {
	a, err := p.authority()
	if err != nil {
		return nil, err
	}
	certificate, err := a.Issue("localhost")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return p.start(addr, &tls.Config{
		Certificates: []tls.Certificate{certificate},
		ClientCAs:    pool,
		ClientAuth:   tls.VerifyClientCertIfGiven,
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
	})
}

// Authority is who has signed the certificate of StartTLS.
func (p *Pod) Authority() (*Authority, error) { return p.authority() }

func (p *Pod) start(addr string, config *tls.Config) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	if ip := listener.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		_ = listener.Close()
		return nil, fmt.Errorf("%s is not a loopback address: a simulator is not for others", addr)
	}
	scheme := "http"
	s := &Server{stop: make(chan struct{})}
	if config != nil {
		scheme, listener = "https", tls.NewListener(listener, config)
	}
	s.URL = scheme + "://" + listener.Addr().String() + p.base
	s.http = &http.Server{
		Handler:  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, s.stop) }),
		ErrorLog: stdlog.New(io.Discard, "", 0),
	}
	go func() { _ = s.http.Serve(listener) }()
	return s, nil
}

// Close ends all connections, also those that hang.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.stop)
		_ = s.http.Close()
	})
}
