// Package bdk reads an existing configuration of a Symphony BDK, YAML or JSON,
// into plain values: where the pod is, how to get there, who logs in.
//
// Keys and defaults are those of the public Java and Python BDKs, which read
// the same file; what neither this program nor a removal needs is ignored, as
// is every unknown key. The package reads no file and no environment itself.
//
// No message quotes a value of the file or of the environment: the place and
// the key find it, and it may be a secret, or sit where a secret should.
package bdk

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	"ibremove/podclient"
)

// Config is what a configuration file says, with its defaults filled in. A
// value that is wrong is left out, and told by [Config.Need].
type Config struct {
	Name           string   // of the file; empty: there is none
	Base           *url.URL // the pod as people name it: scheme, host, port, context; nil: no host is given
	Pod            Address  // Base + /pod
	Login          Address  // Base + /login
	SessionAuth    Address  // where a certificate logs in
	OwnSessionAuth bool     // its host is its own, not Base's
	ConnectTimeout time.Duration
	ReadTimeout    time.Duration
	TrustStore     File
	Username       string
	PrivateKey     File // at most one of PrivateKey and Certificate is given
	Certificate    File
	Retry          Retry

	missing error
	faults  [parts]error
}

// Address is one service of the pod and the way to it.
type Address struct {
	URL    *url.URL    // without user, query or default port; nil: no host is given
	Proxy  *url.URL    // nil: none; holds the proxy's user and password if given
	Header http.Header // default headers; nil: none
}

// File is a key, certificate or trust store: one of Path and Content is set.
// The zero value means that the configuration has none.
type File struct {
	Path     string           // joined to the configuration's directory unless absolute
	Content  podclient.Secret // PEM text, or the bytes that Base64 text stood for
	Password podclient.Secret
	Key      string // the configuration key that gave it, for messages
}

// Retry is the file's retry section. A field is zero if it is not given.
type Retry struct {
	MaxAttempts     int // math.MaxInt where the file says without end, by a negative number
	InitialInterval time.Duration
	Multiplier      float64
	MaxInterval     time.Duration
}

const (
	defaultPort           = 443
	defaultConnectTimeout = 15 * time.Second
	defaultReadTimeout    = 60 * time.Second
)

// Parse reads the configuration file name, whose content is data. Variables
// in its values are looked up with env. An error names file, line and key.
//
// Only a file that cannot be read at all is an error here: a flag may take the
// place of a value that is wrong, or name the pod where there is no host. See
// [Config.Need] and [Config.Missing].
func Parse(name string, data []byte, env func(string) (string, bool)) (*Config, error) {
	tree, err := parseTree(name, data)
	if err != nil {
		return nil, err
	}
	f := &file{name: name, env: env}
	root := value{file: f, node: tree}
	// A Spring application keeps its other settings in the same file.
	if spring := root.get("bdk"); spring.given() && spring.node.kind == mapping {
		root = spring
	}
	return f.config(root), nil
}

// Missing reports which address a login by this file alone would need and the
// file does not give, or nil.
func (c *Config) Missing() error { return c.missing }

func (f *file) config(root value) *Config {
	pod, auth, bot := root.get("pod"), root.get("sessionAuth"), root.get("bot")
	c := &Config{Name: f.name}
	c.Base = part(f, c, PartAddress, func() *url.URL { return base(pod, root) })
	c.Pod.URL, c.Login.URL = below(c.Base, "pod"), below(c.Base, "login")
	c.Pod.Proxy = part(f, c, PartProxy, func() *url.URL { return proxy(either(pod, root, "proxy")) })
	c.Pod.Header = part(f, c, PartHeaders, func() http.Header { return headers(either(pod, root, "defaultHeaders")) })
	c.Login.Proxy, c.Login.Header = c.Pod.Proxy, c.Pod.Header
	c.OwnSessionAuth = auth.get("host").given()
	sessionAuth := part(f, c, PartSessionAuthAddress, func() *url.URL { return base(auth, root) })
	c.SessionAuth = part(f, c, PartSessionAuth, func() Address {
		return Address{Proxy: proxy(either(auth, root, "proxy")), Header: headers(either(auth, root, "defaultHeaders"))}
	})
	c.SessionAuth.URL = below(sessionAuth, "sessionauth")
	c.ConnectTimeout = part(f, c, PartConnectTimeout, func() time.Duration {
		return either(pod, root, "connectionTimeout").millis(1, defaultConnectTimeout)
	})
	c.ReadTimeout = part(f, c, PartReadTimeout, func() time.Duration {
		return either(pod, root, "readTimeout").millis(1, defaultReadTimeout)
	})
	c.TrustStore = part(f, c, PartTrustStore, func() File { return trustStore(root.get("ssl")) })
	c.Username = part(f, c, PartUsername, bot.get("username").text)
	login := part(f, c, PartLogin, func() [2]File { return logins(bot) })
	c.PrivateKey, c.Certificate = login[0], login[1]
	c.Retry = part(f, c, PartBackoff, func() Retry { return backoff(root.get("retry")) })
	c.Retry.MaxAttempts = part(f, c, PartMaxAttempts, func() int { return maxAttempts(root.get("retry")) })
	switch host := root.get("host").key; {
	case c.Base == nil:
		c.missing = fmt.Errorf("%s: %s: not set: give the pod's host name there or under %s, or name the pod with --pod-url",
			f.name, host, pod.get("host").key)
	case c.SessionAuth.URL == nil && c.Certificate.Key != "":
		c.missing = fmt.Errorf("%s: %s: not set: a login with %s goes there; give the host name there or under %s",
			f.name, auth.get("host").key, c.Certificate.Key, host)
	}
	return c
}

func backoff(v value) Retry {
	r := Retry{
		InitialInterval: v.get("initialIntervalMillis").millis(0, 0),
		Multiplier:      v.get("multiplier").number(),
		MaxInterval:     v.get("maxIntervalMillis").millis(0, 0),
	}
	if r.Multiplier < 1 {
		r.Multiplier = 0 // both BDKs then take their default
	}
	return r
}

func maxAttempts(v value) int {
	v = v.get("maxAttempts")
	if !v.given() {
		return 0
	}
	n := v.integer(math.MinInt32, math.MaxInt32)
	if n == 0 {
		v.fail("must not be 0: give how often a request is sent at most")
	}
	if n < 0 {
		return math.MaxInt
	}
	return n
}
