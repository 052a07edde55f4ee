package podclient_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ibremove/podclient"
)

// TestLoginAnswerIsNeverQuoted: whatever shape the answer to a login has, the
// live token in it stands in no text that is printed or recorded.
func TestLoginAnswerIsNeverQuoted(t *testing.T) {
	const live = "S3CReyJhbGciOiJSUzUxMiJ9.payload.signature"
	const whole = `{"name":"sessionToken","token":"` + live + `"}`
	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte(text))
			_ = conn.Close()
		}
	}
	to := func(status int, location string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(status)
		}
	}
	shapes := map[string]http.HandlerFunc{
		"cut brace":      answer(200, whole[:len(whole)-1]),
		"cut in token":   answer(200, whole[:len(whole)-8]),
		"trailing":       answer(200, whole+"x"),
		"two objects":    answer(200, whole+whole),
		"mark in front":  answer(200, "\ufeff"+whole),
		"array":          answer(200, "["+whole+"]"),
		"string":         answer(200, `"`+live+`"`),
		"bare":           answer(200, live),
		"nested":         answer(200, `{"data":`+whole+`}`),
		"single quotes":  answer(200, strings.ReplaceAll(whole, `"`, "'")),
		"with a space":   answer(200, strings.Replace(whole, "payload", "pay load", 1)),
		"not ASCII":      answer(200, strings.Replace(whole, "payload", "payé", 1)),
		"twice":          answer(200, `{"token":"`+live+`","token":"x"}`),
		"as a key":       answer(200, `{"`+live+`":1,"`+live+`":2}`),
		"HTML":           answer(200, `<html><input name=token value="`+live+`">`),
		"not UTF-8":      answer(200, whole[:len(whole)-2]+"\xff\"}"),
		"other case":     answer(200, strings.Replace(whole, `"token"`, `"Token"`, 1)),
		"other key":      answer(200, strings.Replace(whole, `"token"`, `"sessionToken"`, 1)),
		"query":          to(302, "https://x.example/cb?token="+live),
		"fragment":       to(302, "https://x.example/cb#token="+live),
		"path":           to(302, "https://x.example/cb/"+live+"?a="+live),
		"userinfo":       to(307, "https://u:"+live+"@x.example/cb"),
		"cut connection": raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + whole),
		"no head":        raw(whole + "\r\n\r\n"),
		"no blank line":  raw("HTTP/1.1 200 OK\r\n" + whole + "\r\n\r\n"),
		"odd length":     raw("HTTP/1.1 200 OK\r\nContent-Length: " + live + "\r\n\r\n" + whole),
	}
	for _, status := range []int{201, 202, 203, 206, 299, 300, 400, 401, 403, 404, 409, 429, 500, 503} {
		shapes[fmt.Sprint(status)] = answer(status, whole)
		shapes[fmt.Sprint(status, " bare")] = answer(status, live)
		shapes[fmt.Sprint(status, " with a message")] = answer(status, `{"message":"see `+live+`","Token":"`+live+`"}`)
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			_, cfg := keyConfig(t)
			url, _ := serverOf(t, shape)
			cfg.Pod.URL, cfg.Login.URL = address(t, url+base), address(t, url+"/login")
			var seen calls
			cfg.Observe = seen.add
			e := failure(t, newClient(t, cfg).Login(t.Context()))
			all := fmt.Sprintf("%s\n%+v\n%v\n%+v", e.Error(), *e, e.Err, seen.all[0].Err)
			if strings.Contains(all, "S3CR") || strings.Contains(all, "signature") {
				t.Error(all)
			}
			if e.Kind == podclient.NotSent || e.Message == "" && e.Status != 299 {
				t.Errorf("nothing is said: %+v", e)
			}
		})
	}
}

// TestLoginRefusalIsTold: what a pod says when it refuses a login is quoted, if
// it is said as the API says it.
func TestLoginRefusalIsTold(t *testing.T) {
	for body, want := range map[string]string{
		`{"code":401,"message":"account is locked"}`: "account is locked",
		`{"message":"account is locked"} `:           "account is locked",
		`{"message":7}`:                              "Unauthorized",
		`{"message":"a","message":"b"}`:              "Unauthorized",
		`account is locked`:                          "Unauthorized",
		``:                                           "Unauthorized",
	} {
		_, cfg := keyConfig(t)
		url, _ := serverOf(t, answer(401, body))
		cfg.Pod.URL, cfg.Login.URL = address(t, url+base), address(t, url+"/login")
		if e := failure(t, newClient(t, cfg).Login(t.Context())); e.Message != want {
			t.Errorf("%s: %q, want %q", body, e.Message, want)
		}
	}
}
