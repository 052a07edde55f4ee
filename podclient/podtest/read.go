package podtest

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxBody is the documented limit of a body.
const maxBody = 2 << 20

// maxPage is the documented default and limit of a page.
const maxPage = 10000

// read takes a request apart, strictly: what is wrong with it becomes the
// answer.
func (p *Pod) read(w http.ResponseWriter, r *http.Request) *call {
	c := &call{http: r, Request: Request{
		Time:           p.now(),
		Method:         r.Method,
		Path:           r.URL.EscapedPath(),
		TraceID:        r.Header.Get("X-Trace-Id"),
		UserAgent:      r.Header.Get("User-Agent"),
		ContentType:    r.Header.Get("Content-Type"),
		IdempotencyKey: r.Header.Get("Idempotency-Key") + r.Header.Get("X-Idempotency-Key"),
	}}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c.body = body
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		c.wrong = refusal(http.StatusRequestEntityTooLarge, "body is larger than 2 MB")
	case err != nil:
		c.wrong = refusal(http.StatusBadRequest, "body cannot be read: "+err.Error())
	}
	method := ""
	if path, ok := strings.CutPrefix(c.Path, p.base); ok {
		method = c.route(path)
	}
	if c.wrong == nil {
		c.wrong = c.check(method)
	}
	return c
}

// route finds out what is asked for, and returns the method that it takes.
func (c *call) route(path string) (method string) {
	part := strings.Split(path, "/")
	at := func(pattern string) bool {
		want := strings.Split(pattern, "/")
		if len(want) != len(part) {
			return false
		}
		for i := range want {
			if want[i] != "*" && want[i] != part[i] {
				return false
			}
		}
		return true
	}
	switch {
	case at("/pod/v1/admin/group/*/membership/remove"):
		c.Kind, method = Remove, http.MethodPost
	case at("/pod/v1/admin/group/*/membership/add"):
		c.Kind, method = Add, http.MethodPost
	case at("/pod/v1/admin/group/*/membership/list"):
		c.Kind, method = Members, http.MethodGet
	case at("/pod/v1/admin/group/list"):
		c.Kind, method = Groups, http.MethodGet
	case at("/pod/v1/admin/user/*/status"):
		c.Kind, method = Status, http.MethodGet
	case at("/pod/v2/sessioninfo"):
		c.Kind, method = Session, http.MethodGet
	case at("/login/pubkey/authenticate"), at("/sessionauth/v1/authenticate"):
		c.Kind, method = Login, http.MethodPost
	}
	switch c.Kind {
	case Remove, Add, Members:
		// The path was taken apart before unescaping: an escaped slash stays
		// in the group id.
		gid, err := url.PathUnescape(part[5])
		if err != nil || gid == "" {
			c.wrong = refusal(http.StatusBadRequest, "group id is missing or badly escaped")
		}
		c.GID = gid
	case Status:
		id, err := strconv.ParseInt(part[5], 10, 64)
		if err != nil {
			c.wrong = refusal(http.StatusBadRequest, "user id is no int64")
		}
		c.User = id
	}
	return method
}

// check holds the request against what its call takes.
func (c *call) check(method string) *answer {
	if c.Kind == Other {
		return refusal(http.StatusNotFound, "no such call: "+c.Path)
	}
	if c.Method != method {
		return refusal(http.StatusMethodNotAllowed, "method must be "+method)
	}
	if c.Kind == Members {
		if err := c.page(); err != nil {
			return refusal(http.StatusBadRequest, err.Error())
		}
	} else if c.http.URL.RawQuery != "" {
		return refusal(http.StatusBadRequest, "this call takes no query")
	}
	if method == http.MethodGet && len(c.body) > 0 {
		return refusal(http.StatusBadRequest, "this call takes no body")
	}
	if c.Kind == Remove || c.Kind == Add || len(c.body) > 0 {
		if media, _, err := mime.ParseMediaType(c.ContentType); err != nil || media != "application/json" {
			return refusal(http.StatusUnsupportedMediaType, "Content-Type must be application/json")
		}
	}
	if c.Kind == Remove || c.Kind == Add {
		ids, err := parseIDs(c.body)
		if err != nil {
			return refusal(http.StatusBadRequest, err.Error())
		}
		c.IDs = ids
	}
	return nil
}

// page reads which page of a membership is asked for.
func (c *call) page() error {
	query, err := url.ParseQuery(c.http.URL.RawQuery)
	if err != nil {
		return errors.New("query cannot be read")
	}
	c.Skip, c.Limit = 0, maxPage
	for name, values := range query {
		n, err := strconv.Atoi(values[0])
		switch {
		case len(values) > 1:
			return fmt.Errorf("query has %s more than once", name)
		case name == "skip" && err == nil && n >= 0:
			c.Skip = n
		case name == "limit" && err == nil && 1 <= n && n <= maxPage:
			c.Limit = n
		default:
			return fmt.Errorf("query has %s=%s: skip is from 0 on, limit from 1 to %d", name, values[0], maxPage)
		}
	}
	return nil
}
