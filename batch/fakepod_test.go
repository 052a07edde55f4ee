package batch_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ibremove/batch"
	"ibremove/podclient"
)

// fakePod is a pod without a wire: groups of members, and a script that may
// answer in its place.
type fakePod struct {
	t      *testing.T
	op     batch.Operation
	script func(request) reply // of changes and lists; the zero reply: as the pod would
	logins func(n int) error   // what the n-th login comes to; nil: a session
	delay  time.Duration       // of every answer
	before func(request)       // told of every request when it arrives

	mu     sync.Mutex
	groups map[string]map[int64]bool
	got    []request
}

// request is one that arrived.
type request struct {
	kind  string // change, list, login, status
	gid   string
	users []int64
	skip  int
	n     int // from 1, among those of its kind
	at    time.Time
}

func (r request) String() string {
	switch r.kind {
	case "change":
		return fmt.Sprintf("%s%v", r.gid, r.users)
	case "list":
		return fmt.Sprintf("%s?", r.gid)
	}
	return r.kind
}

// reply stands in for the pod's own.
type reply struct {
	err      error
	applied  bool // carried out, whatever is answered
	messages []string
	members  []int64
}

func (p *fakePod) arrive(r request) reply {
	p.mu.Lock()
	r.at, r.n = time.Now(), 1
	for _, g := range p.got {
		if g.kind == r.kind {
			r.n++
		}
	}
	r.users = slices.Clone(r.users)
	p.got = append(p.got, r)
	p.mu.Unlock()
	if p.before != nil {
		p.before(r)
	}
	var a reply
	switch {
	case r.kind != "login" && p.script != nil:
		a = p.script(r)
	case r.kind == "login" && p.logins != nil:
		a.err = p.logins(r.n)
	}
	if p.delay > 0 {
		<-time.After(p.delay)
	}
	return a
}

func (p *fakePod) change(ctx context.Context, gid string, users []int64) ([]string, error) {
	if ctx.Err() != nil {
		p.t.Error("a request on its way was cut short by a stop")
	}
	a := p.arrive(request{kind: "change", gid: gid, users: users})
	messages := a.messages
	if a.applied || a.err == nil && messages == nil {
		messages = p.carryOut(gid, users)
	}
	return messages, a.err
}

func (p *fakePod) carryOut(gid string, users []int64) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	messages := make([]string, len(users))
	for i, u := range users {
		switch in := p.groups[gid][u]; {
		case deactivated(u):
			messages[i] = "user is deactivated"
		case in == (p.op == batch.Add):
			messages[i] = "nothing to do"
		case p.op == batch.Add:
			p.groups[gid][u] = true
		default:
			delete(p.groups[gid], u)
		}
	}
	return messages
}

// deactivated users are those whose id ends in 666, but for 666 itself.
func deactivated(user int64) bool { return user > 1000 && user%1000 == 666 }

func (p *fakePod) list(_ context.Context, gid string, skip, limit int) ([]int64, error) {
	a := p.arrive(request{kind: "list", gid: gid, skip: skip})
	if a.err != nil || a.members != nil {
		return a.members, a.err
	}
	members := p.members(gid)
	members = members[min(skip, len(members)):]
	return members[:min(limit, len(members))], nil
}

func (p *fakePod) login(context.Context) error { return p.arrive(request{kind: "login"}).err }

func (p *fakePod) members(gid string) []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.groups[gid]))
}

// requests spells what arrived, in order, without logins.
func (p *fakePod) requests() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, r := range p.got {
		if r.kind != "login" {
			all = append(all, r.String())
		}
	}
	return strings.Join(all, " ")
}

func (p *fakePod) count(kind string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.got {
		if r.kind == kind {
			n++
		}
	}
	return n
}

// times are those at which requests of a kind arrived.
func (p *fakePod) times(kind string) (at []time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.got {
		if r.kind == kind {
			at = append(at, r.at)
		}
	}
	return at
}

// The errors that a request may come to.
func answered(status int) error {
	return &podclient.Error{Kind: podclient.Answered, Status: status, Message: fmt.Sprintf("pod says %d", status)}
}

func throttledFor(status int, d time.Duration) error {
	return &podclient.Error{Kind: podclient.Answered, Status: status, Message: "slow down", RetryAfter: d, HasRetryAfter: true}
}

func noConnection() error { return &podclient.Error{Kind: podclient.NotSent, Message: "refused"} }

func fatal() error {
	return &podclient.Error{Kind: podclient.NotSent, Message: "certificate has expired", Fatal: true}
}

func lost() error { return &podclient.Error{Kind: podclient.Lost, Message: "reset"} }

func timeout() error {
	return &podclient.Error{Kind: podclient.Lost, Message: "no answer", Err: context.DeadlineExceeded}
}

func badAnswer(status int) error {
	return &podclient.Error{Kind: podclient.BadAnswer, Status: status, Message: "not JSON"}
}
