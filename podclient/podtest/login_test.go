package podtest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"ibremove/podclient/podtest"
)

func TestLogin(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	clock := &clock{now: time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)}
	c := open(t, podtest.Options{Now: clock.Now}, nil)
	c.pod.AddAccount("offboarding", &key.PublicKey)
	sign := func(method jwt.SigningMethod, with any, user string, ahead time.Duration) string {
		claims := jwt.RegisteredClaims{Subject: user}
		if ahead != 0 {
			claims.ExpiresAt = jwt.NewNumericDate(clock.Now().Add(ahead))
		}
		token, err := jwt.NewWithClaims(method, claims).SignedString(with)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := json.Marshal(map[string]string{"token": token})
		return string(body)
	}
	another, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		body   string
		status int
	}{
		"right":         {sign(jwt.SigningMethodRS512, key, "offboarding", 240*time.Second), 200},
		"at most":       {sign(jwt.SigningMethodRS512, key, "offboarding", 5*time.Minute), 200},
		"too far ahead": {sign(jwt.SigningMethodRS512, key, "offboarding", 301*time.Second), 401},
		"expired":       {sign(jwt.SigningMethodRS512, key, "offboarding", -time.Second), 401},
		"no expiry":     {sign(jwt.SigningMethodRS512, key, "offboarding", 0), 401},
		"another user":  {sign(jwt.SigningMethodRS512, key, "somebody", time.Minute), 401},
		"another key":   {sign(jwt.SigningMethodRS512, another, "offboarding", time.Minute), 401},
		"RS256":         {sign(jwt.SigningMethodRS256, key, "offboarding", time.Minute), 401},
		"HMAC":          {sign(jwt.SigningMethodHS512, []byte("x"), "offboarding", time.Minute), 401},
		"unsigned":      {sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "offboarding", time.Minute), 401},
		"no JWT":        {`{"token":"x"}`, 401},
		"no token":      {`{}`, 400},
		"no JSON":       {`token`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := c.call("POST", "/login/pubkey/authenticate", tc.body); status != tc.status {
				t.Errorf("%d %s, want %d", status, answer, tc.status)
			}
		})
	}

	_, answer := c.call("POST", "/login/pubkey/authenticate", sign(jwt.SigningMethodRS512, key, "offboarding", time.Minute))
	var got struct{ Token, Name string }
	if json.Unmarshal([]byte(answer), &got) != nil || got.Name != "sessionToken" {
		t.Fatal(answer)
	}
	c.token = got.Token
	if user := c.username(); user != "offboarding" {
		t.Errorf("the session is %q's", user)
	}
	c.pod.ExpireTokens()
	if status, _ := c.call("GET", "/pod/v2/sessioninfo", ""); status != 401 {
		t.Errorf("after the end of the session: %d", status)
	}
}

func (c *client) username() string {
	c.t.Helper()
	_, answer := c.call("GET", "/pod/v2/sessioninfo", "")
	var who struct{ Username string }
	if err := json.Unmarshal([]byte(answer), &who); err != nil {
		c.t.Fatal(err)
	}
	return who.Username
}

func TestTokenLifetime(t *testing.T) {
	c := open(t, podtest.Options{}, nil)
	c.set("token-lifetime", "2")
	for _, want := range []int{200, 200, 401, 401} {
		if status, _ := c.call("GET", "/pod/v2/sessioninfo", ""); status != want {
			t.Errorf("%d, want %d", status, want)
		}
	}
	c.token = c.pod.Token()
	if status, _ := c.call("GET", "/pod/v2/sessioninfo", ""); status != 200 {
		t.Errorf("with a new token: %d", status)
	}
}

func TestCertificateLogin(t *testing.T) {
	c := open(t, podtest.Options{}, nil)
	authority, err := c.pod.Authority()
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := authority.ClientCertificate("offboarding")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority.PEM()) {
		t.Fatal("no CA")
	}
	for name, tc := range map[string]struct {
		listen podtest.Listen
		show   []tls.Certificate
		status int // 0: no connection
	}{
		"shown":      {podtest.Listen{TLS: true}, []tls.Certificate{pair}, 200},
		"not shown":  {podtest.Listen{TLS: true}, nil, 401},
		"demanded":   {podtest.Listen{Certificate: true}, []tls.Certificate{pair}, 200},
		"refused":    {podtest.Listen{Certificate: true}, nil, 0},
		"over plain": {podtest.Listen{}, []tls.Certificate{pair}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := c.pod.Start(tc.listen)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: tc.show, MinVersion: tls.VersionTLS12}}
			defer transport.CloseIdleConnections()
			d := &client{t: t, pod: c.pod, server: server, http: &http.Client{Transport: transport}}
			status, answer, err := d.send(d.request("POST", "/sessionauth/v1/authenticate", ""))
			if status != tc.status || (err == nil) != (tc.status != 0) {
				t.Fatalf("%d %s %v, want %d", status, answer, err, tc.status)
			}
			if status != 200 {
				return
			}
			var got struct{ Token string }
			if err := json.Unmarshal([]byte(answer), &got); err != nil {
				t.Fatal(err)
			}
			d.token = got.Token
			if second, err := d.http.Do(d.request("GET", "/pod/v2/sessioninfo", "")); err != nil || second.ProtoMajor != 1 || second.Body.Close() != nil {
				t.Errorf("HTTP/%d %v: a fault could reset nothing", second.ProtoMajor, err)
			}
			if user := d.username(); user != "offboarding" {
				t.Errorf("the session is %q's", user)
			}
			d.pod.AddMembers(group, 1)
			d.pod.SetFault(func(podtest.Request) podtest.Fault { return podtest.Fault{Reset: true} })
			defer d.pod.SetFault(nil)
			if _, _, err := d.send(d.request("POST", membership(group, "remove"), "[1]")); err == nil {
				t.Error("no reset over TLS")
			}
		})
	}
}

func TestStart(t *testing.T) {
	pod := podtest.New(podtest.Options{})
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0", "nonsense", "127.0.0.1:99999"} {
		if server, err := pod.Start(podtest.Listen{Addr: addr}); err == nil {
			server.Close()
			t.Errorf("%s was taken", addr)
		}
	}
	first, err := pod.Start(podtest.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	second, err := pod.Start(podtest.Listen{Addr: first.URL[len("http://"):]})
	if err != nil {
		t.Fatalf("a pod cannot come back to its address: %v", err)
	}
	second.Close()
}
