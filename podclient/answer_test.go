package podclient_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ibremove/podclient"
)

func TestStatuses(t *testing.T) {
	tests := []struct {
		status  int
		body    string
		kind    podclient.Kind
		code    string
		message string
		hint    string
	}{
		{200, `{"overallResult":"SUCCESS","results":["",null]}`, podclient.BadAnswer, "bad_answer", "result 2 is not a string", ""},
		{200, `<html>`, podclient.BadAnswer, "bad_answer", "not JSON", "sign-on page"},
		{201, doneBody, podclient.BadAnswer, "http_201", "201 Created", ""},
		{204, "", podclient.BadAnswer, "http_204", "204 No Content", ""},
		{299, doneBody, podclient.BadAnswer, "http_299", "299", ""},
		{304, "", podclient.BadAnswer, "http_304", "304 Not Modified", "VPN"},
		{400, `{"code":400,"message":"bad id"}`, podclient.Answered, "http_400", "bad id", ""},
		{401, `{"code":401,"message":"Invalid session"}`, podclient.Answered, "http_401", "Invalid session", "--session-token-file"},
		{403, `{"code":403,"message":"lacks"}`, podclient.Answered, "http_403", "lacks", "ACCESS_USER_PROVISIONING_API"},
		{404, `{"code":403,"message":"group cannot be found"}`, podclient.Answered, "http_404", "group cannot be found", ""},
		{413, "", podclient.Answered, "http_413", "Request Entity Too Large", ""},
		{500, "<p>a\r\n\tb\x00c\u202e</p>", podclient.Answered, "http_500", "<p>a b c</p>", "try again later"},
		{502, "\xff\xfe", podclient.Answered, "http_502", "\uFFFD", "try again later"},
		{503, `{"message":""}`, podclient.Answered, "http_503", `{"message":""}`, "try again later"},
		{599, "", podclient.Answered, "http_599", "", "try again later"},
	}
	for _, tt := range tests {
		t.Run(tt.code+tt.message, func(t *testing.T) {
			c, seen := serve(t, answer(tt.status, tt.body))
			got, err := c.Remove(context.Background(), "g", []int64{1, 2})
			e := failure(t, err)
			if got != nil || e.Kind != tt.kind || e.Code() != tt.code || e.Status != tt.status || e.Fatal {
				t.Errorf("%q, %+v, code %s", got, e, e.Code())
			}
			if !strings.Contains(e.Message, tt.message) || !strings.Contains(e.Hint, tt.hint) || tt.hint == "" && e.Hint != "" {
				t.Errorf("message %q, hint %q", e.Message, e.Hint)
			}
			if seen.all[0].Err != e || seen.all[0].Status != tt.status {
				t.Errorf("observed %+v", seen.all[0])
			}
		})
	}
}

func TestAnswersNotBelieved(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		name, body string
		call       func(*podclient.Client) error
	}{
		{"status of another case", `{"status":"disabled"}`, func(c *podclient.Client) error { _, err := c.UserStatus(ctx, 1); return err }},
		{"status key of another case", `{"Status":"DISABLED"}`, func(c *podclient.Client) error { _, err := c.UserStatus(ctx, 1); return err }},
		{"status null", `null`, func(c *podclient.Client) error { _, err := c.UserStatus(ctx, 1); return err }},
		{"groups null", `null`, func(c *podclient.Client) error { _, err := c.Groups(ctx); return err }},
		{"groups an object", `{}`, func(c *podclient.Client) error { _, err := c.Groups(ctx); return err }},
		{"session empty", `{}`, func(c *podclient.Client) error { _, err := c.Session(ctx); return err }},
		{"members null", `null`, func(c *podclient.Client) error { _, err := c.Members(ctx, "g", 0, 9); return err }},
		{"members of a page too many", `[1,2]`, func(c *podclient.Client) error { _, err := c.Members(ctx, "g", 0, 1); return err }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, answer(200, tt.body))
			if e := failure(t, tt.call(c)); e.Kind != podclient.BadAnswer || e.Code() != "bad_answer" {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestEncodedAnswer(t *testing.T) {
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, doneBody)
		_ = z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(b.Bytes())
	})
	_, err := c.Remove(context.Background(), "g", []int64{1, 2})
	if e := failure(t, err); e.Kind != podclient.BadAnswer || !strings.Contains(e.Message, "gzip") {
		t.Errorf("%+v", e)
	}
}

func TestAnswerLimits(t *testing.T) {
	zeros := make([]byte, 1<<20)
	spaces := bytes.Repeat([]byte{' '}, 1<<20)
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		filler := spaces
		if strings.Contains(r.URL.Path, "/error/") {
			w.WriteHeader(http.StatusInternalServerError)
			filler = zeros
		}
		_, _ = io.WriteString(w, doneBody)
		for range 40 {
			if _, err := w.Write(filler); err != nil {
				return
			}
		}
	})
	_, err := c.Remove(context.Background(), "g", []int64{1, 2})
	if e := failure(t, err); e.Kind != podclient.BadAnswer || !strings.Contains(e.Message, "32 MiB") {
		t.Errorf("%+v", e)
	}
	_, err = c.Remove(context.Background(), "error", []int64{1, 2})
	if e := failure(t, err); e.Kind != podclient.Answered || e.Status != 500 || !strings.HasPrefix(e.Message, `{"overallResult"`) {
		t.Errorf("%+v", e)
	}
}

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		after, date string
		want        time.Duration
		ok          bool
	}{
		{"3", "", 3 * time.Second, true},
		{"Thu, 01 Jan 2015 00:00:20 GMT", "Thu, 01 Jan 2015 00:00:00 GMT", 20 * time.Second, true}, // by the pod's clock, not ours
		{"soon", "", 0, false},
		{"", "", 0, false},
	}
	for _, tt := range tests {
		c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if tt.after != "" {
				w.Header().Set("Retry-After", tt.after)
			}
			if tt.date != "" {
				w.Header().Set("Date", tt.date)
			}
			w.WriteHeader(http.StatusTooManyRequests)
		})
		_, err := c.Remove(context.Background(), "g", []int64{1, 2})
		if e := failure(t, err); e.RetryAfter != tt.want || e.HasRetryAfter != tt.ok {
			t.Errorf("%q: %v, %v", tt.after, e.RetryAfter, e.HasRetryAfter)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	ctx := context.Background()
	_, cfg := keyConfig(t)
	for name, call := range map[string]func(*podclient.Client) error{
		"remove":  func(c *podclient.Client) error { _, err := c.Remove(ctx, "g", []int64{1}); return err },
		"add":     func(c *podclient.Client) error { _, err := c.Add(ctx, "g", []int64{1}); return err },
		"members": func(c *podclient.Client) error { _, err := c.Members(ctx, "g", 0, 9); return err },
		"groups":  func(c *podclient.Client) error { _, err := c.Groups(ctx); return err },
		"status":  func(c *podclient.Client) error { _, err := c.UserStatus(ctx, 1); return err },
		"session": func(c *podclient.Client) error { _, err := c.Session(ctx); return err },
		"login":   func(c *podclient.Client) error { return c.Login(ctx) },
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			other, _ := serverOf(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%s %d: followed", name, status) })
			pod, _ := serverOf(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, other+"/sso?ticket=abc&t="+r.Header.Get("sessionToken"), status)
			})
			at := podclient.Endpoint{URL: address(t, pod+base)}
			ready := podclient.Config{Pod: at, Token: podclient.NewSecret(token)}
			if name == "login" {
				ready = cfg
				ready.Pod, ready.Login = at, at
			}
			e := failure(t, call(newClient(t, ready)))
			if e.Kind != podclient.BadAnswer || e.Status != status || !strings.HasPrefix(e.Code(), "http_30") || !strings.Contains(e.Hint, "sign-on page") {
				t.Errorf("%s: %+v", name, e)
			}
			if !strings.Contains(e.Message, other) || strings.Contains(e.Message, "/sso") == (name == "login") || strings.Contains(e.Message, "ticket") {
				t.Errorf("%s: message %q", name, e.Message)
			}
		}
	}
}

func TestMessagesAreSafe(t *testing.T) {
	long := strings.Repeat("é", 490) + " " + token + " tail"
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/long/"):
			answer(500, `{"message":"`+long+`"}`)(w, r)
		case strings.Contains(r.URL.Path, "/html/"):
			answer(200, "<html>"+strings.Repeat(" ", 100)+token)(w, r)
		case strings.Contains(r.URL.Path, "/overall/"):
			answer(200, `{"overallResult":"`+token+`","results":[""]}`)(w, r)
		case strings.Contains(r.URL.Path, "/header/"):
			w.Header().Set("Content-Encoding", token)
			answer(200, doneBody)(w, r)
		default:
			answer(401, `{"message":"who is `+token+`\u001b[31m\n?"}`)(w, r)
		}
	})
	for _, gid := range []string{"long", "html", "overall", "header", "echo"} {
		_, err := c.Remove(context.Background(), gid, []int64{1})
		e := failure(t, err)
		all := e.Error() + e.Message + e.Hint
		if strings.Contains(all, token) || strings.Contains(all, token[:12]) || strings.ContainsAny(all, "\x1b\r\n") || !utf8.ValidString(all) {
			t.Errorf("%s: %q", gid, all)
		}
		if n := utf8.RuneCountInString(e.Message); n > 500 || gid == "long" && n != 500 {
			t.Errorf("%s: %d runes", gid, n)
		}
		if !strings.Contains(all, "[secret]") {
			t.Errorf("%s: nothing was redacted in %q", gid, all)
		}
	}
}

func TestResultsAreVerbatim(t *testing.T) {
	c, _ := serve(t, answer(200, `{"overallResult":"FAIL","results":[" a\n\tb ","for `+token+`"]}`))
	got, err := c.Remove(context.Background(), "g", []int64{1, 2})
	if err != nil || got[0] != " a\n\tb " || got[1] != "for [secret]" {
		t.Errorf("%q, %v", got, err)
	}
}
