package podclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// loginValidity is how long a signed login is good. The pod takes at most 5
// minutes; the BDKs use this.
const loginValidity = 240 * time.Second

// Login gets a session, with the key or the certificate of the Config, and
// keeps its token for all requests that begin afterwards. On an error the
// token before it stays.
func (c *Client) Login(ctx context.Context) error {
	r, err := c.loginRequest()
	if err != nil {
		return unsendable(http.MethodPost, r.path, err)
	}
	var token string
	err = c.do(ctx, r, func(_ *exchange, body []byte) error {
		err := fields(body, func(key string, value []byte) (err error) {
			if key == "token" {
				token, err = text(key, value)
			}
			return err
		})
		if err != nil || !headerSafe(token) {
			// What is wrong with it is not said: err may quote the token.
			return errors.New("the answer is not a JSON object with one token that a header can carry")
		}
		return nil
	})
	if err != nil {
		return err
	}
	session := NewSecret(token)
	c.token.Store(&session)
	return nil
}

func (c *Client) loginRequest() (request, error) {
	switch {
	case !c.CanLogin():
		return request{}, errors.New("with a ready session token there is no login")
	case c.cfg.Certificate != nil:
		return request{to: c.login, method: http.MethodPost, path: "/v1/authenticate"}, nil
	}
	r := request{to: c.login, method: http.MethodPost, path: "/pubkey/authenticate"}
	claim, err := jwt.NewWithClaims(jwt.SigningMethodRS512, jwt.RegisteredClaims{
		Subject:   c.cfg.Username,
		ExpiresAt: jwt.NewNumericDate(c.cfg.Now().Add(loginValidity)),
	}).SignedString(c.cfg.Key)
	if err != nil {
		return r, fmt.Errorf("signing the login with the private key: %w", err)
	}
	r.secret = []Secret{NewSecret(claim)}
	r.body = []byte(`{"token":"` + claim + `"}`) // base64url and dots: nothing to escape
	return r, nil
}
