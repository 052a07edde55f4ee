package podtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ibremove/podclient/podtest"
)

const group = "571db1f2e4b027c4f055a594"

// client is a plain HTTP client of one pod; what it returns is what went over
// the wire.
type client struct {
	t      testing.TB
	pod    *podtest.Pod
	server *podtest.Server
	http   *http.Client
	token  string
}

// open serves a new pod until the test ends.
func open(t testing.TB, o podtest.Options, change func(*podtest.Behaviour)) *client {
	t.Helper()
	pod := podtest.New(o)
	if change != nil {
		pod.Set(change)
	}
	server, err := pod.Start(podtest.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return &client{t: t, pod: pod, server: server, http: &http.Client{Transport: transport}, token: pod.Token()}
}

// request makes a well-formed one.
func (c *client) request(method, path, body string) *http.Request {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.server.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("sessionToken", c.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// send returns the status and the body, or the error that broke it off.
func (c *client) send(r *http.Request) (status int, body string, err error) {
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(raw), err
}

// call fails the test if there is no whole answer.
func (c *client) call(method, path, body string) (int, string) {
	c.t.Helper()
	status, answer, err := c.send(c.request(method, path, body))
	if err != nil {
		c.t.Fatal(err)
	}
	return status, answer
}

func membership(gid, action string) string {
	return "/pod/v1/admin/group/" + gid + "/membership/" + action
}

func (c *client) remove(body string) (int, string) {
	c.t.Helper()
	return c.call(http.MethodPost, membership(group, "remove"), body)
}

func (c *client) wantMembers(ids ...int64) {
	c.t.Helper()
	if got := c.pod.Members(group); !slices.Equal(got, ids) {
		c.t.Errorf("members are %v, want %v", got, ids)
	}
}

// result spells a BulkActionResult of these texts.
func result(texts ...string) string {
	word := "SUCCESS"
	if slices.ContainsFunc(texts, func(s string) bool { return s != "" }) {
		word = "FAIL"
	}
	list, _ := json.Marshal(texts)
	return `{"overallResult":"` + word + `","results":` + string(list) + `}`
}

func TestCalls(t *testing.T) {
	c := open(t, podtest.Options{BasePath: "/context/"}, nil)
	c.pod.AddMembers(group, 3, 1, 2, 2)
	c.pod.AddMembers("a/b%2F+~", 9)
	c.pod.SetUser(6, podtest.Disabled)
	c.pod.SetUser(6, podtest.Enabled)
	c.pod.SetUser(7, podtest.Disabled)
	c.pod.SetUser(8, podtest.Unknown)
	for _, tc := range []struct {
		method, path, body string
		status             int
		answer             string
	}{
		{"GET", membership(group, "list"), "", 200, "[1,2,3]"},
		{"GET", membership("a%2Fb%252F+~", "list"), "", 200, "[9]"},
		{"GET", membership("a%2Fb%2F+~", "list"), "", 404, `{"code":403,"message":"group cannot be found"}`},
		{"GET", membership(group, "list") + "?skip=1&limit=1", "", 200, "[2]"},
		{"GET", membership(group, "list") + "?skip=3", "", 200, "[]"},
		{"POST", membership(group, "remove"), "[1, 4]", 200, result("", "user is not a member of the group")},
		{"POST", membership(group, "add"), "[1,2]", 200, result("", "user is already a member of the group")},
		{"POST", membership("none", "remove"), "[1]", 404, `{"code":403,"message":"group cannot be found"}`},
		{"POST", membership("none", "add"), "[1]", 404, `{"code":403,"message":"group cannot be found"}`},
		{"GET", "/pod/v1/admin/user/1/status", "", 200, `{"status":"ENABLED"}`},
		{"GET", "/pod/v1/admin/user/6/status", "", 200, `{"status":"ENABLED"}`},
		{"GET", "/pod/v1/admin/user/7/status", "", 200, `{"status":"DISABLED"}`},
		{"GET", "/pod/v1/admin/user/8/status", "", 400, `{"code":400,"message":"user cannot be found"}`},
	} {
		status, answer := c.call(tc.method, tc.path, tc.body)
		if status != tc.status || answer != tc.answer {
			t.Errorf("%s %s %s = %d %s, want %d %s", tc.method, tc.path, tc.body, status, answer, tc.status, tc.answer)
		}
	}
	c.wantMembers(1, 2, 3)

	var groups []struct {
		ID          string
		Active      bool
		MemberCount int
		Policies    []string
	}
	if _, answer := c.call("GET", "/pod/v1/admin/group/list", ""); json.Unmarshal([]byte(answer), &groups) != nil {
		t.Fatalf("groups: %s", answer)
	}
	if len(groups) != 2 || groups[0].ID != group || groups[0].MemberCount != 3 || !groups[0].Active || len(groups[0].Policies) == 0 {
		t.Errorf("groups: %+v", groups)
	}
	c.set("hidden-groups", group)
	if _, answer := c.call("GET", "/pod/v1/admin/group/list", ""); strings.Contains(answer, group) || !strings.Contains(answer, "a/b%2F+~") {
		t.Errorf("groups with one hidden: %s", answer)
	}
	for _, forbidden := range []string{"false", "true"} {
		c.set("forbidden", forbidden)
		_, answer := c.call("GET", "/pod/v2/sessioninfo", "")
		if !strings.Contains(answer, `"username":"simulator"`) || strings.Contains(answer, "USER_PROVISIONING") == (forbidden == "true") {
			t.Errorf("session, forbidden is %s: %s", forbidden, answer)
		}
	}
}

// TestStrict holds that a client's mistakes surface, and change nothing.
func TestStrict(t *testing.T) {
	c := open(t, podtest.Options{BasePath: "/context"}, nil)
	c.pod.AddMembers(group, 1, 2)
	at := membership(group, "remove")
	for name, tc := range map[string]struct {
		method, path, body string
		spoil              func(*http.Request)
		status             int
		says               string
	}{
		"method":         {"PUT", at, "[1]", nil, 405, "POST"},
		"method of list": {"POST", membership(group, "list"), "[1]", nil, 405, "GET"},
		"path":           {"POST", at + "/", "[1]", nil, 404, "no such call"},
		"empty gid":      {"POST", membership("", "remove"), "[1]", nil, 400, "group id"},
		"content type":   {"POST", at, "[1]", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, "application/json"},
		"no content":     {"POST", at, "[1]", func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "application/json"},
		"query":          {"POST", at + "?limit=1", "[1]", nil, 400, "query"},
		"unknown query":  {"GET", membership(group, "list") + "?page=1", "", nil, 400, "page=1"},
		"query twice":    {"GET", membership(group, "list") + "?skip=1&skip=2", "", nil, 400, "more than once"},
		"page too large": {"GET", membership(group, "list") + "?limit=10001", "", nil, 400, "limit"},
		"negative skip":  {"GET", membership(group, "list") + "?skip=-1", "", nil, 400, "skip"},
		"body of a GET":  {"GET", membership(group, "list"), "[1]", nil, 400, "no body"},
		"user id":        {"GET", "/pod/v1/admin/user/x/status", "", nil, 400, "int64"},
		"no ids":         {"POST", at, "[]", nil, 400, "element 1"},
		"strings":        {"POST", at, `["1"]`, nil, 400, "element 1"},
		"too large":      {"POST", at, "[" + strings.Repeat("1,", 1<<20) + "1]", nil, 413, "2 MB"},
		"no token":       {"POST", at, "[1]", func(r *http.Request) { r.Header.Del("sessionToken") }, 401, "Invalid session"},
		"wrong token":    {"POST", at, "[1]", func(r *http.Request) { r.Header.Set("sessionToken", "x") }, 401, "Invalid session"},
		"outside":        {"POST", at, "[1]", func(r *http.Request) { r.URL.Path = strings.TrimPrefix(r.URL.Path, "/context") }, 404, "no such call"},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.request(tc.method, tc.path, tc.body)
			if tc.spoil != nil {
				tc.spoil(r)
			}
			status, answer, err := c.send(r)
			var told struct {
				Code    int
				Message string
			}
			if err != nil || json.Unmarshal([]byte(answer), &told) != nil || status != tc.status || told.Code != tc.status || !strings.Contains(told.Message, tc.says) {
				t.Errorf("%d %s %v, want %d that says %q", status, answer, err, tc.status, tc.says)
			}
		})
	}
	c.wantMembers(1, 2)
}

func TestRequests(t *testing.T) {
	c := open(t, podtest.Options{}, nil)
	c.pod.AddMembers(group, 1, 2)
	r := c.request("POST", membership(group, "remove"), "[1,3,3]")
	r.Header.Set("X-Trace-Id", "abc")
	r.Header.Set("User-Agent", "test/1")
	r.Header.Set("Idempotency-Key", "once")
	r.Header.Set("X-Idempotency-Key", "twice")
	if _, _, err := c.send(r); err != nil {
		t.Fatal(err)
	}
	c.call("GET", membership(group, "list")+"?skip=1&limit=5", "")
	c.remove("[1]")

	log := c.pod.Requests()
	if len(log) != 3 {
		t.Fatalf("%d requests", len(log))
	}
	first, page, again := log[0], log[1], log[2]
	if first.Kind != podtest.Remove || first.Ordinal != 1 || first.OfKind != 1 || first.GID != group || first.TraceID != "abc" ||
		first.UserAgent != "test/1" || first.ContentType != "application/json" || first.IdempotencyKey != "oncetwice" || first.Answered != 200 ||
		!slices.Equal(first.IDs, []int64{1, 3, 3}) || !slices.Equal(first.Applied, []int64{1}) || first.Time.IsZero() {
		t.Errorf("first: %+v", first)
	}
	if page.Kind != podtest.Members || page.Skip != 1 || page.Limit != 5 || page.OfKind != 1 {
		t.Errorf("page: %+v", page)
	}
	if again.Ordinal != 3 || again.OfKind != 2 || len(again.Applied) != 0 || again.IdempotencyKey != "" {
		t.Errorf("again: %+v", again)
	}
	for id, want := range map[int64]int{1: 2, 2: 0, 3: 2, 4: 0} {
		if got := c.pod.Sends(group, id); got != want {
			t.Errorf("%d was sent %d times, want %d", id, got, want)
		}
	}
	if n := c.pod.Count(podtest.Remove); n != 2 {
		t.Errorf("%d removes", n)
	}
	if c.pod.Sends("none", 1) != 0 || c.pod.Members("none") != nil || c.pod.IsMember("none", 1) {
		t.Error("a group that nobody has heard of has something in it")
	}
	if got := podtest.Remove.String() + podtest.Login.String() + podtest.Kind(99).String(); got != "removeloginkinds" {
		t.Error(got)
	}
}

func TestNoLog(t *testing.T) {
	c := open(t, podtest.Options{NoLog: true}, nil)
	c.pod.AddMembers(group, 1)
	c.remove("[1]")
	if c.pod.Requests() != nil || c.pod.Count(podtest.Remove) != 1 || c.pod.Sends(group, 1) != 1 {
		t.Error("without a log there are counters, and nothing else")
	}
}
