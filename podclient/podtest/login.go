package podtest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// maxAhead is how far ahead a login's JWT may expire.
const maxAhead = 5 * time.Minute

// AddAccount lets username log in with the key that belongs to pub.
func (p *Pod) AddAccount(username string, pub *rsa.PublicKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts[username] = pub
}

// Token opens a session without a login and returns its token.
func (p *Pod) Token() string { return p.sessions.start("simulator") }

// ExpireTokens ends every session.
func (p *Pod) ExpireTokens() {
	p.sessions.mu.Lock()
	defer p.sessions.mu.Unlock()
	clear(p.sessions.open)
}

// login opens a session for the owner of a key or of a client certificate.
func (p *Pod) login(c *call, now time.Time) *answer {
	var user string
	if strings.Contains(c.Path, "/sessionauth/") {
		if c.http.TLS == nil || len(c.http.TLS.VerifiedChains) == 0 {
			return refusal(http.StatusUnauthorized, "client certificate is missing")
		}
		user = c.http.TLS.PeerCertificates[0].Subject.CommonName
	} else {
		var in struct{ Token string }
		if err := json.Unmarshal(c.body, &in); err != nil || in.Token == "" {
			return refusal(http.StatusBadRequest, `body must be {"token":JWT}`)
		}
		var err error
		if user, err = p.verify(in.Token, now); err != nil {
			return refusal(http.StatusUnauthorized, "authentication failed: "+err.Error())
		}
	}
	return found(map[string]string{"token": p.sessions.start(user), "name": "sessionToken"})
}

// verify returns whose JWT token is.
func (p *Pod) verify(token string, now time.Time) (user string, err error) {
	var claims jwt.RegisteredClaims
	_, err = jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) {
		p.mu.RLock()
		defer p.mu.RUnlock()
		if pub := p.accounts[claims.Subject]; pub != nil {
			return pub, nil
		}
		return nil, errors.New("no such account")
	}, jwt.WithValidMethods([]string{"RS512"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		return "", err
	}
	if claims.ExpiresAt.Sub(now) > maxAhead {
		return "", errors.New("token expires more than 5 minutes ahead")
	}
	return claims.Subject, nil
}

// sessions are those that are open, by token.
type sessions struct {
	mu   sync.Mutex
	open map[string]*session
}

type session struct {
	user string
	uses int
}

func (s *sessions) start(user string) (token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token = "simulated-session-" + rand.Text()
	s.open[token] = &session{user: user}
	return token
}

// use counts a use of a session and returns whose it is. A lifetime of 0 has
// no end.
func (s *sessions) use(token string, lifetime int) (user string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok := s.open[token]
	if !ok {
		return "", false
	}
	if in.uses++; lifetime > 0 && in.uses > lifetime {
		delete(s.open, token)
		return "", false
	}
	return in.user, true
}
