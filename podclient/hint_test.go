package podclient_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

// Whatever a login or a list is refused with, the operator is told what to do.
func TestRefusalHints(t *testing.T) {
	tests := []struct {
		status int
		login  string // in the hint for a login
		pod    string // in the hint for any other request; empty: there is none
	}{
		{400, `check the account "bot.account" (--username)`, ""},
		{404, "there is no login below ", ""},
		{405, "there is no login below ", ""},
		{422, "does not answer as a pod's login does: check the address (--pod-url)", ""},
		{429, "wait a while", "lower --rate"},
		{500, "try again later", "try again later"},
		{502, "try again later", "try again later"},
		{503, "try again later", "try again later"},
		{504, "try again later", "try again later"},
	}
	for _, tt := range tests {
		t.Run(http.StatusText(tt.status), func(t *testing.T) {
			_, cfg := keyConfig(t)
			fails := false
			url, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
				if fails || strings.HasPrefix(r.URL.Path, "/pod/") {
					answer(tt.status, `{"message":"no"}`)(w, r)
					return
				}
				answer(200, `{"token":"session-1"}`)(w, r)
			})
			cfg.Pod.URL, cfg.Login.URL = address(t, url+"/pod"), address(t, url+"/login")
			c := newClient(t, cfg)
			if err := c.Login(context.Background()); err != nil {
				t.Fatal(err)
			}
			_, err := c.Members(context.Background(), "g", 0, 100)
			if hint := failure(t, err).Hint; !strings.Contains(hint, tt.pod) || tt.pod == "" && hint != "" {
				t.Errorf("a list: hint %q, want %q", hint, tt.pod)
			}
			fails = true
			if hint := failure(t, c.Login(context.Background())).Hint; !strings.Contains(hint, tt.login) {
				t.Errorf("a login: hint %q, want %q", hint, tt.login)
			}
		})
	}
}
