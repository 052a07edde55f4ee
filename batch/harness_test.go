package batch_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ibremove/batch"
)

// trial is one file, its ledger, a fake pod and a dispatcher between them.
type trial struct {
	t      *testing.T
	rows   []string
	file   string
	ledger *batch.Ledger
	census *batch.Census
	pod    *fakePod
	log    *recorder
	d      *batch.Dispatcher
	line   batch.LineConfig
	ctx    context.Context //nolint:containedctx // of one test
	stop   context.CancelCauseFunc
}

// newTrial makes a trial of a file's rows, "gid,userId" each. Every user is a
// member at first. The dispatcher is made when edit has had its say.
func newTrial(t *testing.T, rows []string, edit func(*trial)) *trial {
	t.Helper()
	c := &trial{t: t, rows: rows, file: "gid,userId\n" + strings.Join(rows, "\n") + "\n"}
	c.ctx, c.stop = context.WithCancelCause(t.Context())
	t.Cleanup(func() { c.stop(nil) })
	c.ledger, c.census = check(t, c.file, batch.CheckOptions{})
	c.log = &recorder{t: t, announced: make(map[string]int)}
	c.pod = &fakePod{t: t, groups: make(map[string]map[int64]bool)}
	c.pod.before = c.log.expectAnnounced
	for chunk := range c.ledger.Where(func(uint32) bool { return true }) {
		c.pod.groups[chunk.GID] = make(map[int64]bool)
		for _, u := range chunk.Users {
			c.pod.groups[chunk.GID][u] = true
		}
	}
	c.line = batch.LineConfig{Rate: 1000, Concurrency: 1, MaxAttempts: 3, Login: c.pod.login}
	c.d = &batch.Dispatcher{
		Ledger:      c.ledger,
		Recorder:    c.log,
		Change:      c.pod.change,
		List:        c.pod.list,
		ChunkSize:   200,
		MaxAttempts: 3,
		Now:         time.Now,
	}
	if edit != nil {
		edit(c)
	}
	c.line.Stop, c.d.Stop = c.stop, c.stop
	c.d.Concurrency = c.line.Concurrency
	c.pod.op = c.d.Operation
	c.d.Line = batch.NewLine(c.line)
	if err := c.d.Line.Login(c.ctx); err != nil {
		t.Logf("login: %v", err)
	}
	return c
}

func check(t testing.TB, file string, o batch.CheckOptions) (*batch.Ledger, *batch.Census) {
	t.Helper()
	r := reader(t, file)
	l, census, err := batch.Check(r, o)
	if err != nil {
		t.Fatal(err)
	}
	return l, census
}

func reader(t testing.TB, file string) *batch.Reader {
	t.Helper()
	r, err := batch.NewReader(strings.NewReader(file), batch.Source{HasLF: true}, batch.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// verdicts spells what came of each row: user, status, code, HTTP status, and
// how often it was sent.
func (c *trial) verdicts() []string {
	c.t.Helper()
	r := reader(c.t, c.file)
	j := batch.NewJudge(c.ledger, r)
	var all []string
	for row, err := range r.Rows() {
		if err != nil {
			c.t.Fatal(err)
		}
		v, err := j.Row(row)
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s%d %s %s %d %d", row.GID, row.UserID, v.Status.Name(c.d.Operation), v.Code, v.HTTPStatus, v.Attempts))
	}
	return all
}

// run does what a run does after its plan.
func (c *trial) run(ctx context.Context) {
	_ = c.d.LookUp(ctx)
	c.d.Send(ctx)
}

// left spells who is still a member.
func (c *trial) left() string {
	var all []string
	for _, gid := range slices.Sorted(maps.Keys(c.pod.groups)) {
		for _, u := range c.pod.members(gid) {
			all = append(all, fmt.Sprintf("%s%d", gid, u))
		}
	}
	return strings.Join(all, " ")
}

// reason is why the run stopped; empty if it did not.
func (c *trial) reason() batch.Reason {
	if s := batch.Stopped(c.ctx); s != nil {
		return s.Reason
	}
	return ""
}

func (c *trial) want(what string, got, want any) {
	c.t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		c.t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// wantRows holds the rows' verdicts against lines of them.
func (c *trial) wantRows(want ...string) {
	c.t.Helper()
	c.want("rows", strings.Join(c.verdicts(), "\n     "), strings.Join(want, "\n     "))
}

// rows are those of one group: users first to last.
func rows(gid string, first, last int) []string {
	var all []string
	for u := first; u <= last; u++ {
		all = append(all, fmt.Sprintf("%s,%d", gid, u))
	}
	return all
}

// recorder keeps a record as the journal does, and sees to it that nothing is
// sent that was not announced.
type recorder struct {
	t    *testing.T
	fail func(e batch.Entry) bool // the disk is full

	mu        sync.Mutex
	announced map[string]int // by gid and user id
	entries   []batch.Entry
	dead      bool
}

var errDiskFull = errors.New("no space left on device")

func (r *recorder) Record(e batch.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead = r.dead || r.fail != nil && r.fail(e); r.dead {
		return errDiskFull
	}
	kept := batch.Entry{Intent: slices.Clone(e.Intent), Settled: slices.Clone(e.Settled)}
	r.entries = append(r.entries, kept)
	for _, c := range e.Intent {
		for _, u := range c.Users {
			r.announced[fmt.Sprint(c.GID, u)]++
		}
	}
	return nil
}

func (r *recorder) expectAnnounced(q request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q.kind != "change" {
		return
	}
	for _, u := range q.users {
		if r.announced[fmt.Sprint(q.gid, u)] == 0 {
			r.t.Errorf("user %d of group %s was sent before any intent named him", u, q.gid)
		}
	}
}
