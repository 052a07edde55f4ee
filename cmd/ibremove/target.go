package main

import (
	"cmp"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"ibremove/batch"
	"ibremove/cmd/ibremove/internal/bdk"
	"ibremove/podclient"
)

// target is the pod that a command is for, and how to ask it, as flags,
// environment and configuration have settled it. Making one sends nothing.
type target struct {
	pod      string // its address, as the summary spells it
	username string
	config   podclient.Config
	backoff  batch.Backoff
	attempts int
	warnings []string // for who comes to use it
}

// newTarget settles the connection. Flags win over the environment, which
// wins over the configuration file.
func newTarget(env *Env, o *Options) (*target, error) {
	c, err := loadConfig(env, o)
	if err != nil {
		return nil, err
	}
	t := &target{username: o.Username, attempts: o.MaxAttempts}
	t.config = podclient.Config{
		ConnectTimeout: c.ConnectTimeout,
		Timeout:        o.Timeout,
		MaxConns:       o.Concurrency,
		UserAgent:      "ibremove/" + env.Build.Number(),
		Now:            env.Now,
		Proxy:          environmentProxy(env),
	}
	if t.username == "" {
		t.username = c.Username
	}
	t.config.Username = t.username
	if !o.Given("timeout") && c.ReadTimeout > 0 {
		t.config.Timeout = c.ReadTimeout
	}
	if !o.Given("max-attempts") && c.Retry.MaxAttempts > 0 {
		t.attempts = c.Retry.MaxAttempts
	}
	t.backoff = batch.Backoff{Initial: c.Retry.InitialInterval, Multiplier: c.Retry.Multiplier, Max: c.Retry.MaxInterval}
	if err := t.address(o, c); err != nil {
		return nil, err
	}
	if err := t.credentials(o, c); err != nil {
		return nil, err
	}
	if err := t.proxies(); err != nil {
		return nil, err
	}
	return t, t.roots(o, c)
}

// loadConfig reads the configuration that was asked for, or the one that a
// BDK would read if no flag names a pod. Without one it is empty.
func loadConfig(env *Env, o *Options) (*bdk.Config, error) {
	path := o.Config
	if path == "" {
		if o.PodURL != nil || env.Home == "" {
			return new(bdk.Config), nil
		}
		path = filepath.Join(env.Home, ".symphony", "config.yaml")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return new(bdk.Config), nil
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, refuse("name a BDK configuration that can be read with --config.", "--config: %w", err)
	}
	c, err := bdk.Parse(path, data, env.Getenv)
	if err == nil {
		err = c.Need(needed(o, c)...)
	}
	if err != nil {
		return nil, refuse("", "%w", err)
	}
	for _, u := range []*url.URL{c.Base, c.Pod.URL, c.Login.URL} {
		if o.PodURL == nil && u != nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
			return nil, refuse("set its scheme to https.", "%s: http://%s would carry the session token in the clear", path, u.Host)
		}
	}
	return c, nil
}

// needed are the parts of a configuration of which no flag takes the place.
func needed(o *Options, c *bdk.Config) []bdk.Part {
	base := cmp.Or(o.PodURL, c.Base)
	l := o.login(c)
	hasToken := l == tokenFile || l == token
	byConfig := !hasToken && l != keyFile
	byCertificate := byConfig && c.Certificate.Key != "" // a key too is an error of the configuration
	parts := []bdk.Part{bdk.PartHeaders, bdk.PartConnectTimeout, bdk.PartTrustStore, bdk.PartBackoff}
	for part, need := range map[bdk.Part]bool{
		bdk.PartAddress:            o.PodURL == nil,
		bdk.PartProxy:              base == nil || !isLoopback(base.Hostname()),
		bdk.PartSessionAuthAddress: byCertificate && (o.PodURL == nil || c.OwnSessionAuth),
		bdk.PartSessionAuth:        byCertificate,
		bdk.PartReadTimeout:        !o.Given("timeout"),
		bdk.PartUsername:           o.Username == "" && !hasToken && !byCertificate,
		bdk.PartLogin:              byConfig,
		bdk.PartMaxAttempts:        !o.Given("max-attempts"),
	} {
		if need {
			parts = append(parts, part)
		}
	}
	return parts
}

func (t *target) address(o *Options, c *bdk.Config) error {
	t.config.Pod = podclient.Endpoint{URL: c.Pod.URL, Proxy: c.Pod.Proxy, Header: c.Pod.Header}
	t.config.Login = podclient.Endpoint{URL: c.Login.URL, Proxy: c.Login.Proxy, Header: c.Login.Header}
	t.config.SessionAuth = podclient.Endpoint{URL: c.SessionAuth.URL, Proxy: c.SessionAuth.Proxy, Header: c.SessionAuth.Header}
	base := cmp.Or(o.PodURL, c.Base)
	if o.PodURL != nil {
		t.config.Pod.URL, t.config.Login.URL = below(base, "pod"), below(base, "login")
		if !c.OwnSessionAuth {
			t.config.SessionAuth.URL = below(base, "sessionauth")
		}
	}
	if base == nil {
		if err := c.Missing(); err != nil {
			return refuse("", "%w", err)
		}
		return refuse("give --pod-url https://HOST, or --config with a BDK configuration; try the program without a pod with run --simulate.",
			"no pod is named")
	}
	t.pod = strings.TrimSuffix(base.String(), "/")
	return nil
}

// below is a service of the pod at base.
func below(base *url.URL, name string) *url.URL {
	u := *base
	u.Path, u.RawPath = strings.TrimRight(base.Path, "/")+"/"+name, ""
	return &u
}
