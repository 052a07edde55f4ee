package podtest

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Listen says where and how a pod is served.
type Listen struct {
	Addr        string // host:port; empty: 127.0.0.1 and any free port
	TLS         bool   // with a certificate of the pod's [Authority]
	Certificate bool   // TLS, and every client must show a certificate of that authority
}

// Server is a pod that is being served. Several may serve one pod, for
// instance a second one that asks for certificates.
type Server struct {
	URL string // base address, [Options.BasePath] included, no slash at the end

	server *http.Server
	cancel context.CancelFunc
	served chan struct{}
	inside sync.RWMutex // read-locked by each request that is in the pod
}

// Start serves p over HTTP/1.1 until the Server is closed. An error names the
// address; one that is not on loopback is refused.
func (p *Pod) Start(l Listen) (*Server, error) {
	var config *tls.Config
	if l.TLS || l.Certificate {
		var err error
		if config, err = p.tlsConfig(l.Certificate); err != nil {
			return nil, fmt.Errorf("making the simulator's certificate: %w", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(l.Addr, "127.0.0.1:0"))
	if err != nil {
		cancel()
		return nil, fmt.Errorf("simulator: %w", err)
	}
	if addr, ok := listener.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
		cancel()
		_ = listener.Close()
		return nil, fmt.Errorf("simulator: %s is not on loopback, and it is not for others", l.Addr)
	}
	s := &Server{
		URL:    "http://" + listener.Addr().String() + p.base,
		cancel: cancel,
		served: make(chan struct{}),
		server: &http.Server{
			TLSConfig:         config,
			ReadHeaderTimeout: 30 * time.Second,
			ErrorLog:          stdlog.New(io.Discard, "", 0), // clients that fail are what it is for
		},
	}
	s.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.inside.RLock()
		defer s.inside.RUnlock()
		if ctx.Err() != nil {
			panic(http.ErrAbortHandler)
		}
		p.serve(w, r, ctx.Done())
	})
	s.server.Protocols = new(http.Protocols)
	s.server.Protocols.SetHTTP1(true) // under HTTP/2 no fault could reset a connection
	serve := s.server.Serve
	if config != nil {
		s.URL = "https://" + listener.Addr().String() + p.base
		serve = func(l net.Listener) error { return s.server.ServeTLS(l, "", "") }
	}
	go func() {
		defer close(s.served)
		_ = serve(listener) // always http.ErrServerClosed, from Close
	}()
	return s, nil
}

// Close stops serving at once: connections break, and what waits in the pod
// gives up. Once it has returned, no request changes the pod any more.
func (s *Server) Close() {
	s.cancel()
	_ = s.server.Close() // the listener is gone either way
	<-s.served
	s.inside.Lock()
	defer s.inside.Unlock() // whoever comes in now sees that it is closed
}

func (p *Pod) tlsConfig(demand bool) (*tls.Config, error) {
	authority, err := p.Authority()
	if err != nil {
		return nil, err
	}
	own, err := authority.serverCertificate()
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	clients.AddCert(authority.cert)
	config := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{own},
		ClientCAs:    clients,
		ClientAuth:   tls.VerifyClientCertIfGiven,
		Time:         p.now,
	}
	if demand {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config, nil
}
