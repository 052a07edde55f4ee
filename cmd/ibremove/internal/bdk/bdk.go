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

// Config is what a configuration file says, with its defaults filled in.
type Config struct {
	Base           *url.URL // the pod as people name it: scheme, host, port, context; nil: no host is given
	Pod            Address  // Base + /pod
	Login          Address  // Base + /login
	SessionAuth    Address  // where a certificate logs in
	ConnectTimeout time.Duration
	ReadTimeout    time.Duration
	TrustStore     File
	Username       string
	PrivateKey     File // at most one of PrivateKey and Certificate is given
	Certificate    File
	Retry          Retry

	missing error
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
// A file without a host is no error here, as a flag may name the pod: see
// [Config.Missing].
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
	c := f.config(root)
	if f.err != nil {
		return nil, f.err
	}
	return c, nil
}

// Missing reports which address a login by this file alone would need and the
// file does not give, or nil.
func (c *Config) Missing() error { return c.missing }

func (f *file) config(root value) *Config {
	pod, auth, bot := root.get("pod"), root.get("sessionAuth"), root.get("bot")
	podBase, authBase := base(pod, root), base(auth, root)
	c := &Config{
		Base:           podBase,
		Pod:            address(pod, root, podBase, "pod"),
		Login:          address(pod, root, podBase, "login"),
		SessionAuth:    address(auth, root, authBase, "sessionauth"),
		ConnectTimeout: either(pod, root, "connectionTimeout").millis(1, defaultConnectTimeout),
		ReadTimeout:    either(pod, root, "readTimeout").millis(1, defaultReadTimeout),
		TrustStore:     trustStore(root.get("ssl")),
		Username:       bot.get("username").text(),
		PrivateKey:     privateKey(bot),
		Certificate:    certificate(bot),
		Retry:          retry(root.get("retry")),
	}
	if c.PrivateKey.Key != "" && c.Certificate.Key != "" {
		bot.fail("has both %s and %s: keep the one that the account logs in with", c.PrivateKey.Key, c.Certificate.Key)
	}
	switch host := root.get("host").key; {
	case podBase == nil:
		c.missing = fmt.Errorf("%s: %s: not set: give the pod's host name there or under %s, or name the pod with --pod-url",
			f.name, host, pod.get("host").key)
	case authBase == nil && c.Certificate.Key != "":
		c.missing = fmt.Errorf("%s: %s: not set: a login with %s goes there; give the host name there or under %s",
			f.name, auth.get("host").key, c.Certificate.Key, host)
	}
	return c
}

func retry(v value) Retry {
	r := Retry{
		InitialInterval: v.get("initialIntervalMillis").millis(0, 0),
		Multiplier:      v.get("multiplier").number(),
		MaxInterval:     v.get("maxIntervalMillis").millis(0, 0),
	}
	if attempts := v.get("maxAttempts"); attempts.given() {
		r.MaxAttempts = attempts.integer(math.MinInt32, math.MaxInt32)
		if r.MaxAttempts == 0 {
			attempts.fail("must not be 0: give how often a request is sent at most")
		}
	}
	if r.MaxAttempts < 0 {
		r.MaxAttempts = math.MaxInt
	}
	if r.Multiplier < 1 {
		r.Multiplier = 0 // both BDKs then take their default
	}
	return r
}
