package podclient_test

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"ibremove/podclient"
)

var now = time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)

func serverOf(t *testing.T, h http.HandlerFunc) (string, *httptest.Server) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL, srv
}

// keyConfig is a configuration for RSA without its addresses.
func keyConfig(t *testing.T) (*rsa.PrivateKey, podclient.Config) {
	t.Helper()
	key := rsaKey(t)
	return key, podclient.Config{Username: "bot.account", Key: key, Now: func() time.Time { return now }}
}

func TestLoginRSA(t *testing.T) {
	key, cfg := keyConfig(t)
	var tokens []string
	url, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.RequestURI {
		case "/ctx/login/pubkey/authenticate":
			body, _ := io.ReadAll(r.Body)
			var in struct{ Token string }
			if err := json.Unmarshal(body, &in); err != nil {
				t.Error(err)
			}
			claims := jwt.MapClaims{}
			_, err := jwt.ParseWithClaims(in.Token, claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil },
				jwt.WithValidMethods([]string{"RS512"}), jwt.WithTimeFunc(func() time.Time { return now }))
			if err != nil || len(claims) != 2 || claims["sub"] != "bot.account" || claims["exp"] != float64(now.Unix()+240) {
				t.Errorf("claims %v, %v", claims, err)
			}
			if r.Header.Values("sessionToken") != nil {
				t.Error("a login carries a token")
			}
			answer(200, `{"token":"session-1","name":"sessionToken"}`)(w, r)
		default:
			tokens = append(tokens, r.Header.Get("sessionToken"))
			answer(200, doneBody)(w, r)
		}
	})
	cfg.Pod.URL, cfg.Login.URL = address(t, url+base), address(t, url+"/ctx/login")
	var seen calls
	cfg.Observe = seen.add
	c := newClient(t, cfg)
	if !c.CanLogin() {
		t.Error("it cannot log in")
	}
	_, err := c.Remove(context.Background(), "g", []int64{1, 2})
	if e := failure(t, err); e.Kind != podclient.NotSent || !strings.Contains(e.Message, "not logged in") || tokens != nil {
		t.Errorf("before the login: %+v, %q", e, tokens)
	}
	if err := c.Login(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Remove(context.Background(), "g", []int64{1, 2}); err != nil {
		t.Fatal(err)
	}
	if len(tokens) != 1 || tokens[0] != "session-1" || len(seen.all) != 2 {
		t.Errorf("tokens %q, calls %+v", tokens, seen.all)
	}
}

func TestLoginAnswers(t *testing.T) {
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	tests := []struct {
		name   string
		status int
		body   string
		date   string
		kind   podclient.Kind
		hint   []string
		never  string
	}{
		{"wrong key", 401, `{"code":401,"message":"no"}`, date(time.Minute), podclient.Answered, []string{"bot.account", "--private-key-file"}, "clock"},
		{"our clock behind", 401, `{}`, date(7 * time.Minute), podclient.Answered, []string{"7 minutes behind"}, "ahead"},
		{"our clock ahead", 401, `{}`, date(-2 * time.Minute), podclient.Answered, []string{"2 minutes ahead"}, "behind"},
		{"forbidden", 403, `{}`, date(0), podclient.Answered, []string{"active"}, "clock"},
		{"sign-on page", 200, `<html>`, date(0), podclient.BadAnswer, []string{"sign-on page"}, ""},
		{"no token", 200, `{"name":"sessionToken"}`, date(0), podclient.BadAnswer, []string{"--pod-url"}, ""},
		{"empty token", 200, `{"token":""}`, date(0), podclient.BadAnswer, nil, ""},
		{"token null", 200, `{"token":null}`, date(0), podclient.BadAnswer, nil, ""},
		{"token twice", 200, `{"token":"a","token":"b"}`, date(0), podclient.BadAnswer, nil, ""},
		{"token of another case", 200, `{"Token":"a"}`, date(0), podclient.BadAnswer, nil, ""},
		{"token that splits a header", 200, `{"token":"a\r\nX-Evil: b"}`, date(0), podclient.BadAnswer, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, cfg := keyConfig(t)
			url, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", tt.date)
				answer(tt.status, tt.body)(w, r)
			})
			cfg.Pod.URL, cfg.Login.URL = address(t, url+base), address(t, url+"/login")
			e := failure(t, newClient(t, cfg).Login(context.Background()))
			if e.Kind != tt.kind || e.Status != tt.status {
				t.Errorf("%+v", e)
			}
			for _, part := range tt.hint {
				if !strings.Contains(e.Hint, part) {
					t.Errorf("hint %q has no %q", e.Hint, part)
				}
			}
			if tt.never != "" && strings.Contains(e.Hint, tt.never) {
				t.Errorf("hint %q has %q", e.Hint, tt.never)
			}
		})
	}
}

func TestLoginHidesItsProof(t *testing.T) {
	_, cfg := keyConfig(t)
	url, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		proof := strings.TrimSuffix(strings.TrimPrefix(string(body), `{"token":"`), `"}`)
		answer(401, `{"code":401,"message":"cannot verify `+proof+`"}`)(w, r)
	})
	cfg.Pod.URL, cfg.Login.URL = address(t, url+base), address(t, url+"/login")
	e := failure(t, newClient(t, cfg).Login(context.Background()))
	if e.Message != "cannot verify [secret]" {
		t.Errorf("message %q", e.Message)
	}
}

// Sessions are renewed while other requests are in flight.
func TestLoginMeanwhile(t *testing.T) {
	_, cfg := keyConfig(t)
	url, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/authenticate") {
			answer(200, `{"token":"session-1"}`)(w, r)
			return
		}
		answer(200, doneBody)(w, r)
	})
	cfg.Pod.URL, cfg.Login.URL = address(t, url+base), address(t, url+"/login")
	c := newClient(t, cfg)
	if err := c.Login(context.Background()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			var err error
			if i%4 == 0 {
				err = c.Login(context.Background())
			} else {
				_, err = c.Remove(context.Background(), "g", []int64{1, 2})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
