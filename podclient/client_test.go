package podclient_test

import (
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ibremove/podclient"
)

func TestNewRefuses(t *testing.T) {
	ready := podclient.NewSecret(token)
	at := func(s string) podclient.Endpoint { return podclient.Endpoint{URL: address(t, s)} }
	good := at("https://acme.symphony.com/pod")
	via := func(s string) podclient.Endpoint {
		e := at("https://acme.symphony.com/pod")
		e.Proxy = address(t, s)
		return e
	}
	with := func(name, value string) podclient.Endpoint {
		e := at("https://acme.symphony.com/pod")
		e.Header = http.Header{name: {value}}
		return e
	}
	tests := []struct {
		name string
		cfg  podclient.Config
		want string
	}{
		{"no address", podclient.Config{Token: ready}, "--pod-url"},
		{"no host", podclient.Config{Pod: at("/pod"), Token: ready}, "no pod address"},
		{"port alone", podclient.Config{Pod: at("https://:8443/pod"), Token: ready}, "no pod address"},
		{"http", podclient.Config{Pod: at("http://acme.symphony.com/pod"), Token: ready}, "use https"},
		{"http to what looks local", podclient.Config{Pod: at("http://localhost.acme.com/pod"), Token: ready}, "use https"},
		{"http to another address", podclient.Config{Pod: at("http://10.0.0.1/pod"), Token: ready}, "use https"},
		{"ftp", podclient.Config{Pod: at("ftp://acme.symphony.com/pod"), Token: ready}, `"ftp"`},
		{"user", podclient.Config{Pod: at("https://me@acme.symphony.com/pod"), Token: ready}, "user or a password"},
		{"password", podclient.Config{Pod: at("https://me:hunter2@acme.symphony.com/pod"), Token: ready}, "user or a password"},
		{"query", podclient.Config{Pod: at("https://acme.symphony.com/pod?hunter2"), Token: ready}, "'?'"},
		{"bare query", podclient.Config{Pod: at("https://acme.symphony.com/pod?"), Token: ready}, "'?'"},
		{"fragment", podclient.Config{Pod: at("https://acme.symphony.com/pod#x"), Token: ready}, "'#'"},
		{"nothing to log in with", podclient.Config{Pod: good, Login: good}, "--private-key-file"},
		{"token with a line break", podclient.Config{Pod: good, Token: podclient.NewSecret("hunter2\n")}, "on one line"},
		{"key and certificate", podclient.Config{Pod: good, Key: &rsa.PrivateKey{}, Username: "a", Certificate: &tls.Certificate{}}, "both"},
		{"key without account", podclient.Config{Pod: good, Login: good, Key: &rsa.PrivateKey{}}, "--username"},
		{"key without login", podclient.Config{Pod: good, Username: "a", Key: &rsa.PrivateKey{}}, "no login address"},
		{"plain login", podclient.Config{Pod: good, Login: at("http://acme.symphony.com/login"), Username: "a", Key: &rsa.PrivateKey{}}, "use https"},
		{"certificate without sessionAuth", podclient.Config{Pod: good, Certificate: &tls.Certificate{}}, "no sessionAuth address"},
		{"proxy scheme", podclient.Config{Pod: via("ftp://me:hunter2@proxy:1"), Token: ready}, `"ftp"`},
		{"proxy without host", podclient.Config{Pod: via("http://:80"), Token: ready}, "no host"},
		{"proxy of the environment", podclient.Config{Pod: good, Token: ready, Proxy: func(*url.URL) (*url.URL, error) {
			return nil, errors.New(`parse "http://me:hunter2@%zz"`)
		}}, "HTTPS_PROXY"},
		{"header name", podclient.Config{Pod: with("a b", "c"), Token: ready}, `"a b"`},
		{"header value", podclient.Config{Pod: with("a", "c\r\nd: hunter2"), Token: ready}, "line break"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := podclient.New(tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v tells a secret", err)
			}
		})
	}
}

func TestNewTakes(t *testing.T) {
	for _, s := range []string{
		"https://acme.symphony.com", "https://acme.symphony.com:443/ctx/pod/", "http://127.0.0.1:8080/pod", "http://127.9.9.9/pod",
		"http://[::1]:80/pod", "http://localhost/pod", "http://LocalHost:1/pod", "https://[2001:db8::1]/pod",
	} {
		c, err := podclient.New(podclient.Config{Pod: podclient.Endpoint{URL: address(t, s)}, Token: podclient.NewSecret(token)})
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if c.CanLogin() {
			t.Errorf("%s: a ready token can log in", s)
		}
	}
}
