package podclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// tellSkew is the difference of clocks from which on it is worth a word: a
// login is signed for 4 minutes.
const tellSkew = 2 * time.Minute

// diagnose finds what the operator can do about a connection that failed, and
// whether trying again is of any use.
func (e *exchange) diagnose(f *Error, err error) {
	host := e.to.base.Host
	var (
		refusal      *proxyRefusal
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		dns          *net.DNSError
		op           *net.OpError
	)
	switch {
	case errors.As(err, &refusal):
		e.diagnoseProxy(f, refusal)
	case proxyLogin(err):
		f.fatal(e.proxyLoginHint())
	case errors.As(err, &verification):
		f.fatal(e.clean(certificateHint(verification.Err, host)))
	case certificateRefused(err):
		f.fatal("the pod does not take the client certificate, or wants one: check bot.certificate, its date and its issuer, and that it is the account's")
	case errors.As(err, &op) && op.Op == tlsAlert:
		f.Hint = fmt.Sprintf("%s ends the TLS handshake: it may want a client certificate (bot.certificate), or a TLS older than 1.2", host)
	case errors.As(err, &record):
		f.Hint = fmt.Sprintf("%s does not speak TLS there: check the port of the address", host)
	case errors.As(err, &op) && op.Op == "proxyconnect":
		f.Hint = fmt.Sprintf("the proxy %s cannot be reached: check HTTPS_PROXY or proxy.host and proxy.port", e.to.proxy.Host)
	case errors.As(err, &dns):
		f.Hint = fmt.Sprintf("check the host in %s (--pod-url), this machine's name server, and whether a proxy is needed (HTTPS_PROXY)", host)
	case errors.As(err, &op) && op.Op == "dial":
		f.Hint = fmt.Sprintf("nothing answers at %s: check address and port (--pod-url), the firewall, and whether a proxy is needed (HTTPS_PROXY)", host)
	}
}

func (e *exchange) diagnoseProxy(f *Error, refusal *proxyRefusal) {
	if refusal.status == http.StatusProxyAuthRequired {
		f.fatal(e.proxyLoginHint())
		return
	}
	f.Hint = fmt.Sprintf("the proxy does not connect to %s: ask its owners whether that host and port are allowed", e.to.base.Host)
}

func (e *exchange) proxyLoginHint() string {
	if e.to.proxy.User == nil {
		return "the proxy wants a user and a password: give them in HTTPS_PROXY (http://user:password@host:port) or as proxy.username and proxy.password"
	}
	return "the proxy does not take this user and password: check them in HTTPS_PROXY (with '%' escapes) or in proxy.username and proxy.password"
}

// proxyLogin reports whether a SOCKS proxy refused the login. net/http has no
// types for its errors.
func proxyLogin(err error) bool {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "socks connect" {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "username/password") || strings.Contains(text, "no acceptable authentication methods")
}

// certificateRefused reports whether the other end hung up over our
// certificate. In TLS 1.3 that comes after our side calls the connection made,
// so the request counts as on its way.
func certificateRefused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == tlsAlert && strings.Contains(op.Error(), "certificate")
}

// tlsAlert is the Op under which crypto/tls reports an alert of the other end.
const tlsAlert = "remote error"

func certificateHint(err error, host string) string {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("the certificate of %s comes from an authority that this machine does not know: name your firm's CA with --ca-file (PEM)", host)
	case errors.As(err, &name):
		return fmt.Sprintf("the certificate is for another name than %s: check the host of the address (--pod-url)", host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("the certificate of %s has expired or is not valid yet: check this machine's clock, otherwise its owners must renew it", host)
	}
	return fmt.Sprintf("the certificate of %s does not verify: its owners must replace it, or name your firm's CA with --ca-file (PEM)", host)
}

// refusalHint is for a status of 400 and above; ahead is how far the pod's
// clock is ahead of ours.
func (e *exchange) refusalHint(status int, ahead time.Duration) string {
	switch {
	case status == http.StatusUnauthorized && e.to == e.client.pod && e.client.CanLogin():
		return "the pod does not take the session of this login: if a new login does not help, ask whether the account may use this pod"
	case status == http.StatusUnauthorized && e.to == e.client.pod:
		return "the session token is wrong or has run out: get a new one for --session-token-file or IBREMOVE_SESSION_TOKEN"
	case status == http.StatusUnauthorized && e.client.cfg.Certificate != nil:
		return "no account goes with this certificate: its common name must be the account's user name, and its issuer be known to the pod (Admin Portal)"
	case status == http.StatusUnauthorized:
		return fmt.Sprintf("check the account %s (--username), and that the public half of --private-key-file is uploaded for it in the Admin Portal",
			e.clean(fmt.Sprintf("%q", e.client.cfg.Username))) + skewHint(ahead)
	case status == http.StatusForbidden && e.to == e.client.pod:
		return "the account needs the privilege ACCESS_USER_PROVISIONING_API: give it the role User Provisioning in the Admin Portal"
	case status == http.StatusForbidden:
		return "the pod does not let this account log in: check in the Admin Portal that it is active"
	case status >= http.StatusInternalServerError:
		return fmt.Sprintf("the fault is with %s: try again later, and tell the pod's administrators if it goes on", e.to.base.Host)
	case status == http.StatusTooManyRequests && e.to == e.client.pod:
		return "the pod wants fewer requests: lower --rate, and try again later"
	case status == http.StatusTooManyRequests:
		return "the pod wants fewer logins: wait a while, then try again"
	case e.to == e.client.pod: // it refuses what was asked, and says why
		return ""
	case status == http.StatusBadRequest && e.client.cfg.Certificate != nil:
		return "the pod does not understand this login: check that the certificate is the account's, and the address (--pod-url)"
	case status == http.StatusBadRequest:
		return fmt.Sprintf("the pod does not understand this login: check the account %s (--username) and the address (--pod-url)",
			e.clean(fmt.Sprintf("%q", e.client.cfg.Username)))
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return fmt.Sprintf("there is no login below %s: check the address (--pod-url), with its context if the pod has one",
			e.clean(e.to.base.String()))
	}
	return fmt.Sprintf("%s does not answer as a pod's login does: check the address (--pod-url)", e.to.base.Host)
}

func skewHint(ahead time.Duration) string {
	side := "behind"
	if ahead < 0 {
		side = "ahead of"
	}
	if ahead = ahead.Abs(); ahead < tellSkew {
		return ""
	}
	return fmt.Sprintf("; set this machine's clock: it is %d minutes %s the pod's", ahead/time.Minute, side)
}

// oddHint is for an answer that a pod's API does not give.
func (e *exchange) oddHint(resp *http.Response) string {
	html := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	switch {
	case resp.StatusCode/100 == 3 || html:
		return fmt.Sprintf("something else answers for %s, maybe a sign-on page or a proxy: check the address (--pod-url) and the VPN", e.to.base.Host)
	case e.to != e.client.pod:
		return fmt.Sprintf("%s does not answer as a pod's login does: check the address (--pod-url)", e.to.base.Host)
	}
	return ""
}
