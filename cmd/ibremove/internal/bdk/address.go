package bdk

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// base is scheme://host:port/context of a service, each key its own or else
// the root's; nil if there is no host. The scheme's own port is left out.
func base(own, root value) *url.URL {
	host := either(own, root, "host")
	if !host.given() {
		return nil
	}
	scheme := "https"
	if v := either(own, root, "scheme"); v.given() {
		scheme = strings.ToLower(v.text())
		if scheme != "https" && scheme != "http" {
			v.fail("must be https (or http, to this machine only)")
		}
	}
	port := defaultPort
	if v := either(own, root, "port"); v.given() {
		port = v.integer(1, 65535)
	}
	u := &url.URL{Scheme: scheme, Host: authority(hostName(host), scheme, port)}
	if path := contextPath(either(own, root, "context")); path != "" {
		u.Path = "/" + path
	}
	return u
}

// below is a service of the pod at base; nil if there is none.
func below(base *url.URL, service string) *url.URL {
	if base == nil {
		return nil
	}
	u := *base
	u.Path += "/" + service // JoinPath leaves the slash out below a host alone
	return &u
}

// proxy is taken whole, from the service or from the root: a password given
// for one proxy is never sent to another.
func proxy(v value) *url.URL {
	if !v.given() {
		return nil
	}
	host, port := v.get("host"), v.get("port")
	switch {
	case !host.given():
		v.fail("has no host: give the proxy's host name under %s", host.key)
		return nil
	case !port.given():
		v.fail("has no port: give the proxy's port under %s", port.key)
		return nil
	}
	const scheme = "http" // how one speaks to the proxy itself; the pod's TLS goes through it
	u := &url.URL{Scheme: scheme, Host: authority(hostName(host), scheme, port.integer(1, 65535))}
	if user := v.get("username").text(); user != "" {
		u.User = url.UserPassword(user, v.get("password").text())
	}
	return u
}

func headers(v value) http.Header {
	if !v.given() {
		return nil
	}
	if v.node.kind != mapping {
		v.fail("must be a mapping of header names to values")
		return nil
	}
	h := http.Header{}
	for name, n := range v.node.all {
		if n.kind == null || h.Get(name) != "" {
			continue
		}
		field := value{file: v.file, key: join(v.key, name), node: n}
		text := field.text()
		switch {
		case name == "" || strings.Trim(name, headerLetters) != "":
			field.fail("is no name of a header: use letters, digits and -")
		case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			field.fail("must be one line, without control characters")
		}
		h.Set(name, text)
	}
	return h
}

const headerLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"

// hostName returns a name in lower case or an IP address, without brackets.
func hostName(v value) string {
	host := strings.ToLower(v.text())
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if ip, err := netip.ParseAddr(bare); err == nil && ip.Zone() == "" {
		return bare
	}
	if host == "" || len(host) > 253 || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		v.fail("must be a host name alone, such as acme.symphony.com, with no scheme, port, path or password in it")
		return ""
	}
	return host
}

func authority(host, scheme string, port int) string {
	if scheme == "https" && port == 443 || scheme == "http" && port == 80 {
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// contextPath returns the path below the host, without slashes at its ends.
func contextPath(v value) string {
	path := strings.Trim(v.text(), "/")
	if path == "" {
		return ""
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" || segment == "." || segment == ".." ||
			strings.ContainsFunc(segment, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`?#%\"<>`, r) }) {
			v.fail("must be a plain path, such as symphony/pod, with no query and no escapes")
			return ""
		}
	}
	return path
}
