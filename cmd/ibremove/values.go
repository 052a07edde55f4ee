package main

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ibremove/batch"
	"ibremove/podclient"
)

// maxCount bounds what counts rows or attempts.
const maxCount = 1_000_000_000

// into makes a setter of a parser and the place for what it returns.
func into[T any](parse func(string) (T, error), place func(*Options) *T) setter {
	return func(o *Options, value string) error {
		v, err := parse(value)
		if err != nil {
			return err
		}
		*place(o) = v
		return nil
	}
}

func text(value string) (string, error) {
	if strings.ContainsRune(value, 0) {
		return "", errors.New("there is a NUL byte in it")
	}
	return value, nil
}

// secret never quotes what it was given.
func secret(value string) (podclient.Secret, error) {
	value = strings.TrimSpace(value)
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return podclient.Secret{}, errors.New("not a session token: it must be one word of plain ASCII")
	}
	return podclient.NewSecret(value), nil
}

func truth(value string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "1", "true", "yes", "on":
		return true, nil
	case "0", "false", "no", "off":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither yes nor no; write 1, true, yes, on, or 0, false, no, off", value)
}

func between(low, high int) func(string) (int, error) {
	return func(value string) (int, error) {
		n, err := strconv.Atoi(value)
		switch {
		case errors.Is(err, strconv.ErrSyntax):
			return 0, fmt.Errorf("%q is not a whole number", value)
		case err != nil || n < low || n > high:
			return 0, fmt.Errorf("%s is out of range; it goes from %s to %s", value, number(low), number(high))
		}
		return n, nil
	}
}

func rate(value string) (float64, error) {
	r, err := decimal(value)
	if err != nil || r <= 0 {
		return 0, fmt.Errorf("%q is no rate; write requests a second, more than 0, such as 5 or 0.5", value)
	}
	return r, nil
}

// share reads a percentage; the sign may be left out.
func share(value string) (float64, error) {
	p, err := decimal(strings.TrimSuffix(value, "%"))
	if err != nil || p < 0 || p > 100 {
		return 0, fmt.Errorf("%q is no share; write a percentage from 0%% to 100%%, such as 10%%", value)
	}
	return p, nil
}

func maxFailures(value string) (batch.Limit, error) {
	if strings.HasSuffix(value, "%") {
		p, err := share(value)
		return batch.Limit{Most: p, Unit: batch.Percent}, err
	}
	n, err := between(0, maxCount)(value)
	return batch.Limit{Most: float64(n), Unit: batch.Rows}, err
}

// decimal reads a finite number in plain notation or with an exponent.
func decimal(value string) (float64, error) {
	if strings.ContainsAny(value, "xXpP_") { // hexadecimal and the like: nobody means it
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, strconv.ErrRange
	}
	return v, nil
}

func span(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil {
		if _, err := decimal(value); err == nil {
			return 0, fmt.Errorf("%q has no unit; write %ss for seconds, %sm for minutes", value, value, value)
		}
		return 0, fmt.Errorf("%q is no length of time; write one such as 30s, 5m or 1h30m", value)
	}
	if d <= 0 {
		return 0, fmt.Errorf("%q must be more than 0", value)
	}
	return d, nil
}

// podURL reads a base address, and writes it as the summary does. It never
// quotes one that may hold a password.
func podURL(value string) (*url.URL, error) {
	u, err := url.Parse(value)
	switch {
	case strings.Contains(value, "@"):
		return nil, errors.New("there is a user or a password in it; take it out and use --username with --private-key-file")
	case err != nil:
		return nil, fmt.Errorf("%q is no address; write one such as https://acme.symphony.com", value)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fmt.Errorf("%q is no https address; write one such as https://acme.symphony.com", value)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%q has a query or a fragment; write the base address alone, such as https://acme.symphony.com", value)
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return nil, errors.New("http:// would carry the session token in the clear: write https://")
	}
	u.Host = hostPort(u)
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

// hostPort spells every host and port in one way: without the scheme's own port.
func hostPort(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || u.Scheme == "https" && port == 443 || u.Scheme == "http" && port == 80 {
		return host
	}
	return fmt.Sprintf("%s:%d", host, port)
}

// loopback reads an address to listen on that nobody else can reach.
func loopback(value string) (string, error) {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return "", fmt.Errorf("%q is no address; write HOST:PORT, such as 127.0.0.1:8080", value)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%q has no port number; write HOST:PORT, such as 127.0.0.1:8080", value)
	}
	if !isLoopback(host) {
		return "", fmt.Errorf("%q is not on loopback; write 127.0.0.1, [::1] or localhost", value)
	}
	return value, nil
}

// isLoopback reports whether host is this machine by its spelling alone.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

func setColumn(o *Options, value string) error {
	column, header, ok := strings.Cut(value, "=")
	place := map[string]*string{"gid": &o.Column.GID, "userid": &o.Column.UserID}[strings.ToLower(column)]
	if !ok || place == nil || strings.TrimSpace(header) == "" {
		return fmt.Errorf("%q names no column; write gid=NAME or userId=NAME", value)
	}
	if *place != "" && *place != header {
		return fmt.Errorf("the %s column is given twice: %q and %q", column, *place, header)
	}
	*place = header
	return nil
}

func setBehaviour(o *Options, value string) error {
	name, v, ok := strings.Cut(value, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is no setting; write NAME=VALUE", value)
	}
	o.Set = append(o.Set, Behaviour{name, v})
	return nil
}
