package podclient_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ibremove/podclient"
)

// authority issues the certificates of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newCA(t testing.TB) *authority {
	t.Helper()
	ca := &authority{key: ecKey(t)}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, ca.key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	if ca.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return ca
}

func (ca *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

// What a certificate is for.
func server(c *x509.Certificate) {
	c.IPAddresses, c.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1)}, []string{"pod.acme.test"}
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
}

func client(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }

func expired(c *x509.Certificate) { server(c); c.NotAfter = time.Now().Add(-time.Minute) }

func misnamed(c *x509.Certificate) { server(c); c.IPAddresses = nil }

func (ca *authority) issue(t testing.TB, shape func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := ecKey(t)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "bot.account"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	shape(tmpl)
	der, err := x509.CreateCertificate(rand.Reader, tmpl, ca.cert, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func serveTLS(t *testing.T, cfg *tls.Config, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.TLS = cfg
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.EnableHTTP2 = true // offered, and not taken
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func TestVerification(t *testing.T) {
	ca := newCA(t)
	good := ca.issue(t, server)
	tests := []struct {
		name  string
		tls   *tls.Config
		roots *x509.CertPool
		hint  string
		fatal bool
	}{
		{"good", &tls.Config{Certificates: []tls.Certificate{good}}, ca.pool(), "", false},
		{"unknown authority", &tls.Config{Certificates: []tls.Certificate{good}}, newCA(t).pool(), "--ca-file", true},
		{"unknown to the system", &tls.Config{Certificates: []tls.Certificate{good}}, nil, "--ca-file", true},
		{"expired", &tls.Config{Certificates: []tls.Certificate{ca.issue(t, expired)}}, ca.pool(), "clock", true},
		{"another name", &tls.Config{Certificates: []tls.Certificate{ca.issue(t, misnamed)}}, ca.pool(), "another name", true},
		{"for clients", &tls.Config{Certificates: []tls.Certificate{ca.issue(t, func(c *x509.Certificate) { server(c); client(c) })}}, ca.pool(), "does not verify", true},
		{"TLS 1.1", &tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, ca.pool(), "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := serveTLS(t, tt.tls, func(w http.ResponseWriter, r *http.Request) {
				if tt.name != "good" || r.ProtoMajor != 1 {
					t.Errorf("a request came by HTTP/%d", r.ProtoMajor)
				}
				answer(200, doneBody)(w, r)
			})
			c := newClient(t, podclient.Config{Pod: podclient.Endpoint{URL: address(t, srv.URL+base)}, Token: podclient.NewSecret(token), RootCAs: tt.roots})
			_, err := c.Remove(context.Background(), "g", []int64{1, 2})
			if tt.name == "good" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := failure(t, err)
			if e.Kind != podclient.NotSent || e.Code() != "no_connection" || e.Fatal != tt.fatal || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestLoginCertificate(t *testing.T) {
	ca := newCA(t)
	good, alien := ca.issue(t, client), newCA(t).issue(t, client)
	_, rsa := keyConfig(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		srv := serveTLS(t, &tls.Config{
			Certificates: []tls.Certificate{ca.issue(t, server)}, MaxVersion: version,
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.pool(),
		}, func(w http.ResponseWriter, r *http.Request) {
			if r.RequestURI != "/sessionauth/v1/authenticate" || r.TLS.PeerCertificates[0].Subject.CommonName != "bot.account" || r.Header.Get("Content-Type") != "" {
				t.Errorf("got %s, %v", r.RequestURI, r.Header)
			}
			answer(200, `{"name":"sessionToken","token":"session-1"}`)(w, r)
		})
		at := podclient.Endpoint{URL: address(t, srv.URL+"/sessionauth")}
		login := func(cfg podclient.Config) error {
			cfg.Pod, cfg.Login, cfg.SessionAuth, cfg.RootCAs = at, at, at, ca.pool()
			return newClient(t, cfg).Login(context.Background())
		}
		if err := login(podclient.Config{Certificate: &good}); err != nil {
			t.Error(err)
		}
		for name, cfg := range map[string]podclient.Config{"alien": {Certificate: &alien}, "none": rsa} {
			e := failure(t, login(cfg))
			// TLS 1.2 has no word of its own for a certificate that is missing.
			fatal := name == "alien" || version == tls.VersionTLS13
			if e.Fatal != fatal || !strings.Contains(e.Hint, "certificate") {
				t.Errorf("%s certificate, TLS %x: %+v", name, version, e)
			}
		}
	}
}
