package podclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	maxAnswer  = 32 << 20 // bytes of an answer
	maxRefusal = 1 << 20  // bytes of an error's body
)

// judge says what an answer means. Its status is the truth: the documented
// 404 carries another code in its body.
func (e *exchange) judge(parent context.Context, resp *http.Response, decode decoder) *Error {
	switch {
	case resp.StatusCode >= 400:
		return e.refused(resp)
	case resp.StatusCode != http.StatusOK:
		return e.odd(resp)
	}
	if enc := encoding(resp); enc != "" {
		return e.disbelieve(resp, fmt.Sprintf("the answer is encoded as %q, which was not asked for", enc))
	}
	body, whole, err := readBody(resp, maxAnswer)
	if err != nil {
		f := e.broken(parent, true, err)
		f.Status = resp.StatusCode
		return f
	}
	if !whole {
		return e.disbelieve(resp, fmt.Sprintf("the answer is longer than %d MiB", maxAnswer>>20))
	}
	if err := decode(e, body); err != nil {
		return e.disbelieve(resp, err.Error())
	}
	return nil
}

// refused is for a status of 400 and above.
func (e *exchange) refused(resp *http.Response) *Error {
	// A body that breaks off takes nothing from the status.
	body, _, _ := readBody(resp, maxRefusal)
	message := refusalText(resp, body)
	if e.isLogin() {
		message = loginRefusalText(resp, body)
	}
	f := e.fail(Answered, message, nil)
	f.Status = resp.StatusCode
	now := e.client.cfg.Now()
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		date = now
	}
	f.RetryAfter, f.HasRetryAfter = ParseRetryAfter(resp.Header.Get("Retry-After"), date)
	f.Hint = e.refusalHint(f.Status, date.Sub(now))
	return f
}

// odd is for a status below 400 that is not 200.
func (e *exchange) odd(resp *http.Response) *Error {
	message := strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	if to, err := resp.Location(); err == nil && resp.StatusCode >= 300 {
		// Without the query: a sign-on page is handed tickets in it.
		to = &url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}
		if e.isLogin() {
			to.Path = ""
		}
		message += ", redirected to " + to.String()
	}
	return e.disbelieve(resp, message)
}

// disbelieve is for a 2xx or 3xx that says nothing about the request.
func (e *exchange) disbelieve(resp *http.Response, why string) *Error {
	f := e.fail(BadAnswer, why, nil)
	f.Status = resp.StatusCode
	f.Hint = e.oddHint(resp)
	return f
}

// readBody reads at most limit bytes; whole is false if there are more.
func readBody(resp *http.Response, limit int64) (body []byte, whole bool, err error) {
	size := min(max(resp.ContentLength, 0), 1<<20) // a hint, not a promise
	b := make([]byte, 0, size+512)
	for {
		n, err := resp.Body.Read(b[len(b):min(int64(cap(b)), limit+1)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit:
			return b[:limit], false, nil
		case errors.Is(err, io.EOF):
			return b, true, nil
		case err != nil:
			return b, false, err
		case len(b) == cap(b):
			b = append(b, 0)[:len(b)]
		}
	}
}

// refusalText finds the pod's message in the body of an error, or makes do
// with what else is in it.
func refusalText(resp *http.Response, body []byte) string {
	var refusal struct {
		Message string `json:"message"`
	}
	encoded := encoding(resp) != ""
	if !encoded && json.Unmarshal(body, &refusal) == nil && refusal.Message != "" {
		return refusal.Message
	}
	if text := strings.TrimSpace(string(body)); text != "" && !encoded {
		return text
	}
	return http.StatusText(resp.StatusCode)
}

// loginRefusalText is refusalText for a login, whose answer may hold the token
// whatever its status: only the message of an error object without one is told.
func loginRefusalText(resp *http.Response, body []byte) string {
	var message string
	token := false
	err := fields(body, func(key string, value []byte) (err error) {
		token = token || strings.Contains(strings.ToLower(key), "token")
		if key == "message" {
			message, err = text(key, value)
		}
		return err
	})
	if err != nil || token || message == "" {
		return http.StatusText(resp.StatusCode)
	}
	return message
}

// encoding is the answer's Content-Encoding; empty: the body is as it is.
func encoding(resp *http.Response) string {
	enc := strings.Join(resp.Header.Values("Content-Encoding"), ", ")
	if strings.EqualFold(enc, "identity") {
		return ""
	}
	return enc
}
