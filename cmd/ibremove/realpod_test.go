package main_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/url"
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"ibremove/podclient/podtest"
)

// startRealPod serves a pod over TLS, as a bot's operator meets one: ca.pem,
// the account's key.pem, another key in wrong.pem, a client certificate in
// client.pem, and a BDK configuration for each way to log in: realpod SEED.csv
// [NAME=VALUE...].
func startRealPod(ts *testscript.TestScript, _ bool, args []string) {
	startPod(ts, false, args)
	pod := podOf(ts)
	server, err := pod.Start(podtest.Listen{TLS: true})
	ts.Check(err)
	ts.Defer(server.Close)
	authority, err := pod.Authority()
	ts.Check(err)
	key, wrong := newKey(ts), newKey(ts)
	pod.AddAccount("svc-offboarding", &key.PublicKey)
	certificate, certificateKey, err := authority.ClientCertificate("svc-offboarding")
	ts.Check(err)

	at, err := url.Parse(server.URL)
	ts.Check(err)
	host := fmt.Sprintf("host: %s\nport: %s\nssl:\n  trustStore:\n    path: ca.pem\n", at.Hostname(), at.Port())
	for name, content := range map[string]string{
		"ca.pem":     string(authority.PEM()),
		"key.pem":    pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)),
		"wrong.pem":  pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(wrong)),
		"client.pem": string(certificate) + string(certificateKey),
		"config.yaml": host + "bot:\n  username: svc-offboarding\n  privateKey:\n    path: key.pem\n" +
			"defaultHeaders:\n  X-Bank: one\nretry:\n  maxAttempts: 2\n  initialIntervalMillis: 1\n",
		"certificate.yaml": host + "bot:\n  username: svc-offboarding\n  certificate:\n    path: client.pem\n",
		"store.jks":        "\xfe\xed\xfe\xed\x00\x00\x00\x02",
		"java.yaml":        fmt.Sprintf("host: %s\nport: %s\nssl: {trustStore: {path: store.jks}}\nbot:\n  username: svc-offboarding\n  privateKey:\n    path: key.pem\n", at.Hostname(), at.Port()),
		"noca.yaml":        fmt.Sprintf("host: %s\nport: %s\nbot:\n  username: svc-offboarding\n  privateKey:\n    path: key.pem\n", at.Hostname(), at.Port()),
	} {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(content), 0o600))
	}
	ts.Setenv("IBREMOVE_POD_URL", "")
	ts.Setenv("IBREMOVE_SESSION_TOKEN", "")
	ts.Setenv("POD", server.URL)
}

func newKey(ts *testscript.TestScript) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	return key
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
