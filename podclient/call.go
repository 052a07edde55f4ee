package podclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Call is one HTTP request that was made, of any kind, as Config.Observe is
// told of it.
type Call struct {
	TraceID  string // its X-Trace-Id
	Method   string
	Path     string // as it went out, escaped, without the query
	IDs      int    // user ids in the request
	Status   int    // 0: no answer
	Attempt  int    // as WithAttempt has it, otherwise 1
	Start    time.Time
	Duration time.Duration
	Err      *Error // nil: answered, and believed
}

// request is what a method asks.
type request struct {
	to     *endpoint
	method string
	path   string // below the endpoint's, escaped
	query  string
	body   []byte   // JSON; nil: none
	ids    int      // user ids in body
	secret []Secret // what body holds and no message may
}

// decoder takes the body of a 200; its error makes the answer a BadAnswer.
type decoder func(e *exchange, body []byte) error

// do is the one place where requests are made: it sends r once and hands the
// answer to decode. The error is always an *Error.
func (c *Client) do(ctx context.Context, r request, decode decoder) error {
	url, err := below(r.to.base, r.path)
	if err != nil {
		return unsendable(r.method, r.path, err)
	}
	e := &exchange{client: c, request: r, path: url.EscapedPath()}
	if r.to == c.pod {
		token := c.token.Load()
		if token == nil {
			return unsendable(r.method, e.path, errNoSession)
		}
		e.token = *token
	}
	if err := ctx.Err(); err != nil {
		return e.fail(NotSent, err.Error(), err)
	}
	url.RawQuery = r.query
	call := Call{
		TraceID: rand.Text(),
		Method:  r.method,
		Path:    e.path,
		IDs:     r.ids,
		Attempt: attemptOf(ctx),
		Start:   c.cfg.Now(),
	}
	call.Status, call.Err = e.send(ctx, url.String(), call.TraceID, decode)
	call.Duration = c.cfg.Now().Sub(call.Start)
	if c.cfg.Observe != nil {
		c.cfg.Observe(call)
	}
	if call.Err != nil {
		return call.Err
	}
	return nil
}

var errNoSession = errors.New("not logged in yet")

// exchange is one request under way. The answer to a login is a secret, whatever
// its status and shape: nothing of it stands in a message but what says that
// the pod refused.
type exchange struct {
	client *Client
	request
	path  string // the whole of it, escaped: for messages
	token Secret // zero in a login
}

// send sends the request once, within the client's timeout, and returns the
// status of its answer, 0 if there is none.
func (e *exchange) send(parent context.Context, url, traceID string, decode decoder) (int, *Error) {
	ctx, cancel := context.WithTimeout(parent, e.client.cfg.Timeout)
	defer cancel()
	ctx, flight := withFlight(ctx)
	req, err := http.NewRequestWithContext(ctx, e.method, url, nil)
	if err != nil {
		return 0, unsendable(e.method, e.path, err)
	}
	e.setHeader(req.Header, traceID)
	if e.body != nil {
		// Without GetBody, net/http cannot send the body a second time.
		req.Body = io.NopCloser(bytes.NewReader(e.body))
		req.ContentLength = int64(len(e.body))
	}
	resp, err := e.to.transport.RoundTrip(req)
	if err != nil {
		return 0, e.broken(parent, flight.onItsWay(), err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, e.judge(parent, resp, decode)
}

func (e *exchange) setHeader(h http.Header, traceID string) {
	for name, values := range e.to.header {
		h[name] = values
	}
	h.Set("Accept", "application/json")
	h.Set("User-Agent", e.client.cfg.UserAgent)
	h.Set("X-Trace-Id", traceID)
	if e.body != nil {
		h.Set("Content-Type", "application/json")
	}
	if !e.token.IsZero() {
		h["sessionToken"] = []string{e.token.Reveal()} // spelled as the pod's API does
	}
}

func (e *exchange) isLogin() bool { return e.to == e.client.login }

// fail makes the error of this exchange. It leaves message and err without
// secrets.
func (e *exchange) fail(kind Kind, message string, err error) *Error {
	return &Error{
		Kind:    kind,
		Method:  e.method,
		Path:    e.path,
		Message: e.clean(message),
		Err:     e.cleanError(err),
	}
}

// broken is for a request that ended without a whole answer.
func (e *exchange) broken(parent context.Context, onItsWay bool, err error) *Error {
	if stopped := parent.Err(); stopped != nil {
		err = stopped
	}
	kind := NotSent
	if onItsWay {
		kind = Lost
	}
	if e.isLogin() && onItsWay && !connectionFailed(err) {
		err = errNotHTTP
	}
	text := err.Error()
	if timedOut(err) && parent.Err() == nil {
		text = fmt.Sprintf("no answer within %v", e.client.cfg.Timeout)
		if kind == NotSent {
			text = "no connection in time: " + err.Error()
		}
	}
	f := e.fail(kind, text, err)
	e.diagnose(f, err)
	return f
}

// errNotHTTP stands for an error of net/http that may quote what it could not
// read.
var errNotHTTP = errors.New("the connection broke, or what came over it was not HTTP")

// connectionFailed reports whether err is of the connection itself.
func connectionFailed(err error) bool {
	var op *net.OpError
	return timedOut(err) || errors.As(err, &op) || errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
