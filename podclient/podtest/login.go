package podtest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// sessions are the tokens that the pod takes.
type sessions struct {
	mu   sync.Mutex
	open map[string]*session
}

type session struct {
	user string
	uses int
}

// Token opens a session, and returns its token.
func (p *Pod) Token() string { return p.sessions.begin("simulator") }

// ExpireTokens ends all sessions.
func (p *Pod) ExpireTokens() {
	p.sessions.mu.Lock()
	defer p.sessions.mu.Unlock()
	clear(p.sessions.open)
}

// AddAccount lets an account log in with the key that belongs to pub.
func (p *Pod) AddAccount(username string, pub *rsa.PublicKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts[username] = pub
}

func (s *sessions) begin(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := "sim-" + rand.Text()
	s.open[token] = &session{user: user}
	return token
}

// use counts one use of a token, which ends after so many of them; 0: never.
func (s *sessions) use(token string, lifetime int) (user string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.open[token]
	if found == nil {
		return "", false
	}
	if found.uses++; lifetime > 0 && found.uses > lifetime {
		delete(s.open, token)
		return "", false
	}
	return found.user, true
}

// login answers both ways to log in.
func (p *Pod) login(c *call, now time.Time) *answer {
	user := ""
	if strings.HasSuffix(c.Path, "/sessionauth/v1/authenticate") {
		if tls := c.http.TLS; tls != nil && len(tls.VerifiedChains) > 0 {
			user = tls.VerifiedChains[0][0].Subject.CommonName
		}
	} else {
		user = p.signer(c.body, now)
	}
	if user == "" {
		return refusal(http.StatusUnauthorized, "Unauthorized")
	}
	return encoded(map[string]string{"token": p.sessions.begin(user), "name": "sessionToken"})
}

// signer is the account that signed the JWT in body, or "".
func (p *Pod) signer(body []byte, now time.Time) string {
	var sent struct {
		Token string `json:"token"`
	}
	if json.Unmarshal(body, &sent) != nil {
		return ""
	}
	claims := new(jwt.RegisteredClaims)
	_, err := jwt.ParseWithClaims(sent.Token, claims, func(*jwt.Token) (any, error) {
		p.mu.RLock()
		defer p.mu.RUnlock()
		if pub := p.accounts[claims.Subject]; pub != nil {
			return pub, nil
		}
		return nil, jwt.ErrTokenUnverifiable
	}, jwt.WithValidMethods([]string{"RS512"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil || claims.ExpiresAt.After(now.Add(5*time.Minute)) {
		return ""
	}
	return claims.Subject
}
