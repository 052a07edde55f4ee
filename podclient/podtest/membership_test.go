package podtest_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"ibremove/podclient/podtest"
)

// TestBehaviour sets each switch that bears on a change as the command line
// does, in a group of 1 to 6: 4 is deactivated and 5 unknown to the pod.
func TestBehaviour(t *testing.T) {
	const (
		deactivated = "user is deactivated"
		unknown     = "user cannot be found"
		stranger    = "user is not a member of the group"
	)
	all := []int64{1, 2, 3, 4, 5, 6}
	without := func(ids ...int64) []int64 {
		return slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return slices.Contains(ids, id) })
	}
	refused := func(text string) string { return `{"code":400,"message":"` + text + `"}` }
	for _, tc := range []struct {
		set    []string // name, value, …
		body   string
		status int
		answer string
		left   []int64
	}{
		{nil, "[6,1]", 200, result("", ""), without(1, 6)},
		{nil, "[1,4,5,7,2]", 200, result("", deactivated, unknown, stranger, ""), without(1, 2)},
		{[]string{"non-member", ""}, "[7,1]", 200, result("", ""), without(1)},
		{[]string{"non-member", `a "text"`}, "[7]", 200, result(`a "text"`), all},
		{[]string{"deactivated", ""}, "[4]", 200, result(""), all},
		{[]string{"unknown-user", "who?"}, "[5]", 200, result("who?"), all},
		{[]string{"stuck-user", "2"}, "[1,2]", 200, result("", "user cannot be provisioned"), without(1)},
		{[]string{"stuck-user", "2", "stuck-text", "no"}, "[2]", 200, result("no"), all},
		{[]string{"deactivated-every", "3"}, "[3,2]", 200, result(deactivated, ""), without(2)},
		{[]string{"pretend-every", "2"}, "[1,2]", 200, result("", ""), without(1)},
		{[]string{"refuse-all", "true"}, "[1,4]", 400, refused(deactivated), all},
		{[]string{"refuse-all", "true", "refuse-text", "bad id"}, "[1,7]", 400, refused("bad id"), all},
		{[]string{"refuse-all", "true"}, "[1,2]", 200, result("", ""), without(1, 2)},
		{[]string{"repeated", "each"}, "[1,1,2]", 200, result("", stranger, ""), without(1, 2)},
		{[]string{"repeated", "same"}, "[1,7,1,7]", 200, result("", stranger, "", stranger), without(1)},
		{[]string{"repeated", "same"}, "[1,1]", 200, result("", ""), without(1)},
		{[]string{"repeated", "drop"}, "[1,1,2]", 200, result("", ""), without(1, 2)},
		{[]string{"repeated", "refuse"}, "[1,2,1]", 400, refused("a user id is repeated"), all},
		{[]string{"repeated", "refuse"}, "[1,2]", 200, result("", ""), without(1, 2)},
		{[]string{"max-ids", "2"}, "[1,2,3]", 413, `{"code":413,"message":"at most 2 user ids in a request"}`, all},
		{[]string{"max-ids", "2"}, "[1,2]", 200, result("", ""), without(1, 2)},
		{[]string{"short-results", "1"}, "[1,2]", 200, result(""), without(1, 2)},
		{[]string{"forbidden", "true"}, "[1]", 403, `{"code":403,"message":"The user lacks the required entitlement to perform this operation"}`, all},
	} {
		t.Run(fmt.Sprint(tc.set, tc.body), func(t *testing.T) {
			c := open(t, podtest.Options{}, nil)
			c.pod.AddMembers(group, all...)
			c.pod.SetUser(4, podtest.Disabled)
			c.pod.SetUser(5, podtest.Unknown)
			c.set(tc.set...)
			if status, answer := c.remove(tc.body); status != tc.status || answer != tc.answer {
				t.Errorf("%d %s, want %d %s", status, answer, tc.status, tc.answer)
			}
			c.wantMembers(tc.left...)
		})
	}
}

func (c *client) set(pairs ...string) {
	c.t.Helper()
	for pair := range slices.Chunk(pairs, 2) {
		c.pod.Set(func(b *podtest.Behaviour) {
			if err := b.Set(pair[0], pair[1]); err != nil {
				c.t.Fatal(err)
			}
		})
	}
}

func TestMissingGroup(t *testing.T) {
	c := open(t, podtest.Options{}, nil)
	c.set("missing-group", "200")
	if status, answer := c.remove("[1]"); status != 200 || answer != result("group cannot be found") {
		t.Error(status, answer)
	}
	c.set("missing-group", "400")
	if status, _ := c.remove("[1]"); status != 400 {
		t.Error(status)
	}
	if c.pod.Members(group) != nil || len(c.pod.Groups()) != 0 || c.pod.Sends(group, 1) != 2 {
		t.Error("asking for a group makes none, and is counted")
	}
}

func TestPages(t *testing.T) {
	const n = 2500
	for _, order := range []string{"ascending", "descending", "shuffled"} {
		c := open(t, podtest.Options{}, nil)
		c.set("order", order, "page-limit", "1000")
		var want []int64
		for id := range int64(n) {
			want = append(want, id+1)
		}
		c.pod.AddMembers(group, want...)
		var got []int64
		for skip := 0; ; {
			_, answer := c.call("GET", fmt.Sprintf("%s?skip=%d&limit=10000", membership(group, "list"), skip), "")
			var page []int64
			if err := json.Unmarshal([]byte(answer), &page); err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			if len(page) > 1000 {
				t.Fatalf("%s: a page of %d", order, len(page))
			}
			skip, got = skip+len(page), append(got, page...)
		}
		if sorted := slices.IsSorted(got); sorted != (order == "ascending") {
			t.Errorf("%s: sorted is %t", order, sorted)
		}
		if order == "descending" && got[0] != n {
			t.Errorf("descending begins with %d", got[0])
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the pages hold %d ids that are not the %d members", order, len(got), n)
		}
	}
}

// TestReadDelay holds that lists are late while changes are not.
func TestReadDelay(t *testing.T) {
	clock := &clock{now: time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)}
	c := open(t, podtest.Options{Now: clock.Now}, nil)
	c.set("read-delay", "10s")
	c.pod.AddMembers(group, 1, 2, 3)
	list := func(want string) {
		t.Helper()
		if _, got := c.call("GET", membership(group, "list"), ""); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	c.remove("[1]")
	clock.Advance(6 * time.Second)
	c.remove("[2]")
	c.call("POST", membership(group, "add"), "[1]")
	list("[1,2,3]") // 1 was out and is in again
	if _, answer := c.remove("[2]"); answer != result("user is not a member of the group") {
		t.Errorf("the pod itself knows at once: %s", answer)
	}
	c.wantMembers(1, 3)
	clock.Advance(5 * time.Second)
	list("[2,3]")
	clock.Advance(5 * time.Second)
	list("[1,3]")
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// TestModel holds a group against a plain map, through seeding and changes in
// any order.
func TestModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := open(t, podtest.Options{}, nil)
	model := make(map[int64]bool)
	sends := make(map[int64]int)
	c.pod.AddMembers(group)
	for range 300 {
		var ids []int64
		for range 1 + rng.IntN(8) {
			ids = append(ids, 1+rng.Int64N(40))
		}
		body, _ := json.Marshal(ids)
		action := []string{"seed", "add", "remove", "remove"}[rng.IntN(4)]
		if action == "seed" {
			c.pod.AddMembers(group, ids...)
		} else {
			c.call("POST", membership(group, action), string(body))
		}
		for _, id := range ids {
			model[id] = action != "remove"
			if action != "seed" {
				sends[id]++
			}
		}
	}
	for id := range int64(42) {
		if c.pod.IsMember(group, id) != model[id] || c.pod.Sends(group, id) != sends[id] {
			t.Errorf("%d: member %t, sent %d times, want %t, %d", id, c.pod.IsMember(group, id), c.pod.Sends(group, id), model[id], sends[id])
		}
	}
}

// TestConcurrent removes each of many members once, from many sides.
func TestConcurrent(t *testing.T) {
	const workers, each = 8, 25
	c := open(t, podtest.Options{}, nil)
	var wg sync.WaitGroup
	for w := range int64(workers) {
		for i := range int64(each) {
			c.pod.AddMembers(group, w*each+i+1)
		}
	}
	for w := range int64(workers) {
		wg.Go(func() {
			for i := range int64(each) {
				status, answer, err := c.send(c.request("POST", membership(group, "remove"), fmt.Sprintf("[%d]", w*each+i+1)))
				if err != nil || status != 200 || answer != result("") {
					t.Error(status, answer, err)
				}
				c.pod.Set(func(b *podtest.Behaviour) { b.Latency = 0 })
				c.pod.SetUser(-w-1, podtest.Disabled)
				_, _ = c.pod.Members(group), c.pod.Requests()
			}
		})
	}
	wg.Wait()
	c.wantMembers()
	if n := c.pod.Count(podtest.Remove); n != workers*each {
		t.Errorf("%d requests", n)
	}
	if n := c.pod.MaxInFlight(); n < 1 || n > workers {
		t.Errorf("%d in flight", n)
	}
	for i, r := range c.pod.Requests() {
		if r.Ordinal != i+1 || r.Answered != 200 || len(r.Applied) != 1 {
			t.Fatalf("request %d: %+v", i+1, r)
		}
	}
}
