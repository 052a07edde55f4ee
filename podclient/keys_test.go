package podclient_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"ibremove/podclient"
)

// Making a key takes long: all tests share one.
var sharedKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := sharedKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ecKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pkcs8(t testing.TB, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestParseKey(t *testing.T) {
	key := rsaKey(t)
	one, eight := x509.MarshalPKCS1PrivateKey(key), pkcs8(t, key)
	legacy := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}, Bytes: one})
	t.Setenv("GODEBUG", "rsa1024min=0") // what makes such a key today
	small, err := rsa.GenerateKey(rand.Reader, 512)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		data []byte
		err  string
	}{
		{"PKCS#1", block("RSA PRIVATE KEY", one), ""},
		{"PKCS#8", block("PRIVATE KEY", eight), ""},
		{"CRLF, BOM and text before", append([]byte("\ufeffBag Attributes\r\n"), bytes.ReplaceAll(block("PRIVATE KEY", eight), []byte("\n"), []byte("\r\n"))...), ""},
		{"BOM first", append([]byte("\ufeff"), block("PRIVATE KEY", eight)...), ""},
		{"behind another block", append(block("CERTIFICATE", []byte("x")), block("PRIVATE KEY", eight)...), ""},
		{"encrypted PKCS#8", block("ENCRYPTED PRIVATE KEY", eight), "openssl pkey"},
		{"encrypted PKCS#1", legacy, "openssl pkey"},
		{"EC", block("EC PRIVATE KEY", one), "not RSA"},
		{"EC in PKCS#8", block("PRIVATE KEY", pkcs8(t, ecKey(t))), "not RSA"},
		{"OpenSSH", block("OPENSSH PRIVATE KEY", one), "ssh-keygen"},
		{"public", block("PUBLIC KEY", one), "a PUBLIC KEY and no private key"},
		{"certificate", block("CERTIFICATE", one), "a CERTIFICATE and no private key"},
		{"damaged", block("PRIVATE KEY", eight[:100]), "damaged"},
		{"damaged PKCS#1", block("RSA PRIVATE KEY", eight), "damaged"},
		{"small", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small)), "512 bits"},
		{"DER", eight, "no PEM private key"},
		{"empty", nil, "no PEM private key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podclient.ParseKey(tt.data)
			if tt.err == "" && (err != nil || !got.Equal(key)) || tt.err != "" && (err == nil || got != nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("%v, want %q", err, tt.err)
			}
		})
	}
}

func TestParseCertificate(t *testing.T) {
	ca := newCA(t)
	cert := ca.issue(t, client)
	der := cert.Certificate[0]
	good := append(block("CERTIFICATE", der), block("PRIVATE KEY", pkcs8(t, cert.PrivateKey))...)
	p12, err := pkcs12.Modern.Encode(cert.PrivateKey, cert.Leaf, []*x509.Certificate{ca.cert}, "hunter2")
	if err != nil {
		t.Fatal(err)
	}
	alien, err := pkcs12.Modern.Encode(ecKey(t), cert.Leaf, nil, "hunter2")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		data     []byte
		password string
		chain    int
		err      string
	}{
		{"PEM", good, "", 1, ""},
		{"PKCS#12", p12, "hunter2", 2, ""},
		{"wrong password", p12, "hunter3", 0, "password"},
		{"key of another", alien, "hunter2", 0, "does not belong"},
		{"no key", block("CERTIFICATE", der), "", 0, "and its private key"},
		{"encrypted key", append(block("CERTIFICATE", der), block("ENCRYPTED PRIVATE KEY", der)...), "", 0, "openssl pkey"},
		{"neither", []byte("hello"), "", 0, "neither PEM nor"},
		{"empty", nil, "", 0, "neither PEM nor"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podclient.ParseCertificate(tt.data, podclient.NewSecret(tt.password))
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if len(got.Certificate) != tt.chain || tt.chain > 0 && !bytes.Equal(got.Certificate[0], der) {
				t.Errorf("a chain of %d, want %d", len(got.Certificate), tt.chain)
			}
		})
	}
}

func TestParseRoots(t *testing.T) {
	one, two := newCA(t).cert.Raw, newCA(t).cert.Raw
	bundle := append(append([]byte("\ufeff# Acme\r\n"), block("CERTIFICATE", one)...), block("CERTIFICATE", two)...)
	p12, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{newCA(t).cert}, "changeit")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		data []byte
		n    int
		err  string
	}{
		{"bundle", bundle, 2, ""},
		{"JKS", []byte("\xfe\xed\xfe\xed\x00\x00\x00\x02"), 0, "keytool -list -rfc"},
		{"PKCS#12", p12, 0, "openssl pkcs12"},
		{"DER", one, 0, "-inform der"},
		{"a damaged one", append(block("CERTIFICATE", one), block("CERTIFICATE", two[:50])...), 0, "certificate 2"},
		{"a cut one", append(block("CERTIFICATE", one), block("CERTIFICATE", two)[:200]...), 0, "1 of 2"},
		{"keys alone", block("PRIVATE KEY", one), 0, "no PEM certificate"},
		{"empty", nil, 0, "no PEM certificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podclient.ParseRoots(tt.data)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) || len(got) != tt.n {
				t.Errorf("%d roots, %v, want %q", len(got), err, tt.err)
			}
		})
	}
}

func FuzzParsePEM(f *testing.F) {
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Add([]byte("\x30\x82\x00\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if key, err := podclient.ParseKey(data); (key == nil) == (err == nil) {
			t.Fatalf("key %v, error %v", key, err)
		}
		if roots, err := podclient.ParseRoots(data); (len(roots) == 0) == (err == nil) {
			t.Fatalf("%d roots, error %v", len(roots), err)
		}
	})
}
