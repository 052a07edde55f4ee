package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"ibremove/podclient"
)

// proxies refuses a proxy that the environment wants and that cannot be read.
func (t *target) proxies() error {
	used := []podclient.Endpoint{t.config.Pod}
	switch {
	case t.config.Key != nil:
		used = append(used, t.config.Login)
	case t.config.Certificate != nil:
		used = append(used, t.config.SessionAuth)
	}
	for _, e := range used {
		if e.Proxy != nil {
			continue
		}
		if _, err := t.config.Proxy(e.URL); err != nil {
			return refuse("write it as http://[user:password@]host:port, with '%' escapes in user and password.", "%w", err)
		}
	}
	return nil
}

// environmentProxy is what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. Its error
// does not quote the variable, which may hold a password.
func environmentProxy(env *Env) func(*url.URL) (*url.URL, error) {
	get := func(names ...string) (name, value string) {
		for _, name := range names {
			if value, _ := env.Getenv(name); value != "" {
				return name, value
			}
		}
		return "", ""
	}
	var c httpproxy.Config
	_, c.NoProxy = get("NO_PROXY", "no_proxy")
	_, c.HTTPProxy = get("HTTP_PROXY", "http_proxy")
	name, value := get("HTTPS_PROXY", "https_proxy")
	if value == "" || isProxy(value) {
		c.HTTPSProxy = value
		return c.ProxyFunc()
	}
	c.HTTPSProxy = "http://proxy.invalid" // for it would leave out what it cannot read, and go without
	wanted := c.ProxyFunc()
	return func(u *url.URL) (*url.URL, error) {
		if proxy, err := wanted(u); proxy == nil || u.Scheme != "https" {
			return proxy, err
		}
		return nil, fmt.Errorf("environment variable %s: not the address of a proxy", name)
	}
}

// isProxy reports whether the value of a variable is the address of a proxy;
// http:// may be left out.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" {
		return false
	}
	return slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}
