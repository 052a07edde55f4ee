// Package podclient speaks to a Symphony pod: Information Barrier groups, the
// status of accounts, and the login.
//
// A method is one HTTP request, turned into a value or into an [*Error] that
// says what is known: whether the request can have reached the pod, whether
// the answer can be believed, what it was. Nothing is tried again, paced or
// recorded here; that belongs to the caller.
//
// The way of a request: [New] has checked the addresses; do (call.go) sends it
// over a transport that follows no redirect and repeats nothing by itself
// (transport.go), judges the answer (answer.go), and tells Config.Observe; a
// decoder (bulk.go, members.go, info.go) takes the answer strictly, because a
// misread answer would call a person removed who is not.
package podclient

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Endpoint is one base address of a pod and how to reach it.
type Endpoint struct {
	// URL is the base address, for example https://acme.symphony.com/pod.
	// The paths of the API are appended to its path.
	URL *url.URL
	// Proxy stands before Config.Proxy; it may hold a user and a password.
	Proxy *url.URL
	// Header goes with every request, as the BDK's defaultHeaders. It does
	// not override what this package sets itself.
	Header http.Header
}

// Config says where the pod is and who asks. Pod and one way to
// authenticate are needed: Token, or Username and Key with Login, or
// Certificate with SessionAuth.
type Config struct {
	Pod, Login, SessionAuth Endpoint

	Token       Secret           // a ready session token: no login is made
	Username    string           // the service account, for RSA
	Key         *rsa.PrivateKey  // its key: RSA login
	Certificate *tls.Certificate // TLS client certificate: login at SessionAuth

	RootCAs *x509.CertPool // whom to trust; nil: whom the system trusts
	// Proxy tells the proxy for an address, as the environment has it; nil:
	// none. It is asked once for each endpoint. Loopback is never proxied.
	Proxy func(*url.URL) (*url.URL, error)

	ConnectTimeout time.Duration // dialling and TLS, each; 0: 15 s
	Timeout        time.Duration // one whole request; 0: 60 s
	MaxConns       int           // idle connections kept for each endpoint; 0: 4
	UserAgent      string        // 0 bytes: ibremove

	Observe func(Call)       // told of each HTTP request after its end; nil: nobody
	Now     func() time.Time // nil: time.Now
}

// Client asks one pod as one account. It is safe for concurrent use.
type Client struct {
	cfg     Config
	pod     *endpoint
	login   *endpoint              // nil with a ready token
	token   atomic.Pointer[Secret] // of the session; nil before the first login
	secrets []Secret               // what no message may hold, besides the token
}

// New checks cfg and makes its client; it sends nothing. Its errors are
// worded for the operator.
func New(cfg Config) (*Client, error) {
	setDefaults(&cfg)
	c := &Client{cfg: cfg}
	var err error
	if c.pod, err = newEndpoint("pod", cfg.Pod, cfg, nil); err != nil {
		return nil, err
	}
	c.keepSecrets(c.pod)
	switch {
	case !cfg.Token.IsZero():
		if !headerSafe(cfg.Token.Reveal()) {
			return nil, errors.New("the session token has white space or other characters that no token has: copy it again, on one line")
		}
		c.token.Store(&cfg.Token)
		return c, nil
	case cfg.Key != nil && cfg.Certificate != nil:
		return nil, errors.New("both a private key and a certificate are configured: keep the one that the account logs in with")
	case cfg.Key != nil && cfg.Username == "":
		return nil, errors.New("the private key has no account: name it with --username or bot.username")
	case cfg.Key != nil:
		c.login, err = newEndpoint("login", cfg.Login, cfg, nil)
	case cfg.Certificate != nil:
		c.login, err = newEndpoint("sessionAuth", cfg.SessionAuth, cfg, cfg.Certificate)
	default:
		return nil, errors.New("no way to log in: give --username and --private-key-file, or --session-token-file, or a BDK configuration with --config")
	}
	if err != nil {
		return nil, err
	}
	c.keepSecrets(c.login)
	return c, nil
}

// CanLogin reports whether Login can get a session. With a ready token it
// cannot: a 401 is final.
func (c *Client) CanLogin() bool { return c.login != nil }

// Close closes the connections that are kept for further requests.
func (c *Client) Close() {
	c.pod.transport.CloseIdleConnections()
	if c.login != nil {
		c.login.transport.CloseIdleConnections()
	}
}

// WithAttempt marks the requests made under the returned context as the n-th
// attempt, for Call.Attempt.
func WithAttempt(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, attemptKey{}, n)
}

// Again marks the requests made under the returned context as the attempt
// after that which ctx is marked as.
func Again(ctx context.Context) context.Context { return WithAttempt(ctx, attemptOf(ctx)+1) }

func attemptOf(ctx context.Context) int {
	if n, ok := ctx.Value(attemptKey{}).(int); ok {
		return n
	}
	return 1
}

type attemptKey struct{}

func setDefaults(cfg *Config) {
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = 15 * time.Second
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.MaxConns <= 0 {
		cfg.MaxConns = 4
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "ibremove"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
}
