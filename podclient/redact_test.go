package podclient_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ibremove/podclient"
)

// A secret is taken out in any spelling; a short one where it stands by itself,
// and is no reason to tear other words.
func TestRedactOne(t *testing.T) {
	const long = "S3CRabcdefghijklmnop+/q==.xyz"
	for _, c := range [][3]string{
		{"tok", "broken token", "broken token"},
		{"tok", "tok", "[secret]"},
		{"tok", "tok tok, (tok) tokens x-tok", "[secret] [secret], ([secret]) tokens x-[secret]"},
		{"tok", "toktok", "toktok"},
		{"té", "été té t%C3%A9", "été [secret] [secret]"},
		{"a", "", ""},
		{"", "a", "a"},
		{long, "says" + long + "x", "says[secret]x"},
		{long, "a " + url.QueryEscape(long) + " " + url.PathEscape(long), "a [secret] [secret]"},
		{long, `{"t":"` + strings.ReplaceAll(long, "/", `\/`) + `"}`, `{"t":"[secret]"}`},
		{long, strings.NewReplacer("+", `\u002B`, "=", `\u003d`).Replace(long) + "%", "[secret]%"},
		{"%25-percent-in-a-secret", "%25-percent-in-a-secret %2525-percent-in-a-secret", "[secret] [secret]"},
	} {
		if got := podclient.RedactOne(c[1], c[0]); got != c[2] {
			t.Errorf("%q in %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestDefaultHeadersAreSecret: what a gateway wants in a header comes from a
// file of secrets, and may come back in what the gateway says.
func TestDefaultHeadersAreSecret(t *testing.T) {
	echo, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
		var all []string
		for _, name := range []string{"X-Api-Key", "Authorization", "Cookie", "X-Tenant"} {
			all = append(all, r.Header.Get(name))
		}
		if strings.Contains(r.URL.Path, "/bare/") {
			answer(403, "who is S3CRZZZZZZZZZZZZZZZ and S3CRet-of-the-cookie?")(w, r)
			return
		}
		answer(403, "bad: "+strings.Join(all, " "))(w, r)
	})
	c := newClient(t, podclient.Config{
		Pod: podclient.Endpoint{URL: address(t, echo), Header: http.Header{
			"x-api-key": {"S3CRET"}, "authorization": {"Basic S3CRZZZZZZZZZZZZZZZ="}, "cookie": {"a=S3CRet-of-the-cookie; b=c"}, "x-tenant": {"acme"},
		}},
		Token: podclient.NewSecret(token),
	})
	for gid, want := range map[string]string{
		"g":    "bad: [secret] [secret] [secret] acme",
		"bare": "who is [secret] and [secret]?",
	} {
		_, err := c.Remove(t.Context(), gid, []int64{1})
		if e := failure(t, err); e.Message != want {
			t.Errorf("%q, want %q", e.Message, want)
		}
	}
}

// TestTokenOfTheRequest: a text that holds the token of its own request is
// cleaned of it, though another worker has logged in meanwhile.
func TestTokenOfTheRequest(t *testing.T) {
	logins := 0
	arrived, goOn := make(chan struct{}), make(chan struct{})
	srv, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/authenticate") {
			logins++
			answer(200, `{"token":"session-token-number-`+strings.Repeat("1", logins)+`"}`)(w, r)
			return
		}
		close(arrived)
		<-goOn
		answer(200, `{"overallResult":"FAIL","results":["no session `+r.Header.Get("sessionToken")+`"]}`)(w, r)
	})
	_, cfg := keyConfig(t)
	cfg.Pod.URL, cfg.Login.URL = address(t, srv+base), address(t, srv+"/login")
	c := newClient(t, cfg)
	login := func() {
		if err := c.Login(t.Context()); err != nil {
			t.Error(err)
		}
	}
	login()
	go func() {
		<-arrived
		login()
		close(goOn)
	}()
	got, err := c.Remove(t.Context(), "g", []int64{1})
	if err != nil || got[0] != "no session [secret]" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestLongSecretsFirst: a short secret that is a word of a long one does not
// break the long one up.
func TestLongSecretsFirst(t *testing.T) {
	const long = "0123456789abcdef-corp-0123456789abcdef"
	srv, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
		answer(403, "bad: "+r.Header.Get("sessionToken")+" of corp")(w, r)
	})
	c := newClient(t, podclient.Config{
		Pod:   podclient.Endpoint{URL: address(t, srv), Header: http.Header{"X-Key": {"corp"}}},
		Token: podclient.NewSecret(long),
	})
	_, err := c.Remove(t.Context(), "g", []int64{1})
	if e := failure(t, err); e.Message != "bad: [secret] of [secret]" {
		t.Errorf("%q", e.Message)
	}
}
