package podclient

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// endpoint is an Endpoint that was found good, with its connections.
type endpoint struct {
	base      *url.URL // no slash at the end
	proxy     *url.URL // nil: none
	header    http.Header
	transport *http.Transport
}

// newEndpoint checks e; name is how the configuration calls it.
func newEndpoint(name string, e Endpoint, cfg Config, cert *tls.Certificate) (*endpoint, error) {
	if err := checkAddress(name, e.URL); err != nil {
		return nil, err
	}
	proxy, err := chooseProxy(name, e, cfg)
	if err != nil {
		return nil, err
	}
	header, err := defaultHeader(e.Header)
	if err != nil {
		return nil, err
	}
	base := &url.URL{Scheme: e.URL.Scheme, Host: e.URL.Host}
	if base, err = below(base, strings.TrimRight(e.URL.EscapedPath(), "/")); err != nil {
		return nil, fmt.Errorf("%s address: %w", name, err)
	}
	return &endpoint{
		base:      base,
		proxy:     proxy,
		header:    header,
		transport: newTransport(cfg, proxy, cert),
	}, nil
}

// below appends an escaped path to base, so that it goes out as it is.
func below(base *url.URL, escaped string) (*url.URL, error) {
	raw := base.EscapedPath() + escaped
	path, err := url.PathUnescape(raw)
	if err != nil {
		return nil, err
	}
	u := *base
	u.Path, u.RawPath = path, raw
	return &u, nil
}

func checkAddress(name string, u *url.URL) error {
	switch {
	case u == nil || u.Host == "" || u.Hostname() == "":
		return fmt.Errorf("no %s address: give it as https://host[:port][/context], with --pod-url or in the configuration", name)
	case u.User != nil:
		return fmt.Errorf("%s address of %s: it holds a user or a password: take them out; an account logs in with its key or certificate", name, u.Host)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("%s address of %s: it has a '?' or '#' part: give the base address alone", name, u.Host)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("%s address http://%s: the session token would cross the network in the clear: use https", name, u.Host)
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%s address of %s: scheme %q is not https", name, u.Host, u.Scheme)
	}
	return nil
}

func chooseProxy(name string, e Endpoint, cfg Config) (*url.URL, error) {
	if loopback(e.URL.Hostname()) {
		return nil, nil
	}
	proxy := e.Proxy
	if proxy == nil && cfg.Proxy != nil {
		var err error
		if proxy, err = cfg.Proxy(e.URL); err != nil {
			// What was parsed may hold a password, and url.Error quotes it.
			return nil, fmt.Errorf("proxy for the %s address: it cannot be read: write HTTPS_PROXY as http://[user:password@]host:port, with '%%' escapes", name)
		}
	}
	if proxy == nil {
		return nil, nil
	}
	if proxy.Hostname() == "" {
		return nil, fmt.Errorf("proxy for the %s address: no host: write it as http://host:port", name)
	}
	switch proxy.Scheme {
	case "http", "https", "socks5", "socks5h":
		return proxy, nil
	}
	return nil, fmt.Errorf("proxy %s for the %s address: scheme %q is not http, https or socks5", proxy.Host, name, proxy.Scheme)
}

// loopback reports whether host is this machine by its spelling alone.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// ownHeaders are set here or by net/http, or must not be sent at all: under an
// Idempotency-Key net/http repeats a POST by itself; Accept-Encoding would
// bring an answer that is not read.
func ownHeaders() []string {
	return []string{
		"Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Host",
		"Idempotency-Key", "Proxy-Authorization", "Sessiontoken", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"User-Agent", "X-Idempotency-Key", "X-Trace-Id",
	}
}

func defaultHeader(h http.Header) (http.Header, error) {
	out := http.Header{}
	for name, values := range h {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !tokenChar(r) }) {
			return nil, fmt.Errorf("default header %q: not a header's name", name)
		}
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return nil, errors.New("default header " + name + ": a line break or control character in its value")
			}
			out.Add(name, v)
		}
	}
	for _, name := range ownHeaders() {
		out.Del(name)
	}
	return out, nil
}

// tokenChar reports whether r may stand in a header's name (RFC 9110, 5.6.2).
func tokenChar(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// headerSafe reports whether s can be a token in a header: printable ASCII
// without spaces, and without what a quoted text escapes, so that it is
// found again wherever it is to be redacted.
func headerSafe(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || r == '"' || r == '\\'
	})
}
