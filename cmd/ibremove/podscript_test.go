package main_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"ibremove/batch"
	"ibremove/podclient/podtest"
	"ibremove/report"
)

// podCommands let a script have a pod, break it, and look into it.
func podCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"pod":      startPod,
		"realpod":  startRealPod,
		"podset":   setPod,
		"fault":    breakPod,
		"member":   isMember,
		"requests": requests,
		"glob":     glob,
		"disable":  disable,
		"hold":     hold,
		"flip":     flip,
		"join":     join,
		"cut":      cut,
		"release":  release,

		"announced": announced,
	}
}

type podKey struct{}

func podOf(ts *testscript.TestScript) *podtest.Pod {
	pod, ok := ts.Value(podKey{}).(*podtest.Pod)
	if !ok {
		ts.Fatalf("no pod has been started")
	}
	return pod
}

// startPod serves a pod that has the members of a CSV of gid,userId rows, and
// lets the program know: pod SEED.csv [NAME=VALUE...].
func startPod(ts *testscript.TestScript, _ bool, args []string) {
	pod, ok := ts.Value(podKey{}).(*podtest.Pod)
	if !ok || len(args) == 0 {
		ts.Fatalf("usage: pod SEED.csv [NAME=VALUE...]")
	}
	r := csv.NewReader(strings.NewReader(ts.ReadFile(args[0])))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	ts.Check(err)
	for _, row := range rows[1:] {
		if id, err := strconv.ParseInt(row[1], 10, 64); err == nil && row[0] != "" {
			pod.AddMembers(row[0], id)
		}
	}
	setPod(ts, false, args[1:])
	server, err := pod.Start(podtest.Listen{})
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Setenv("IBREMOVE_POD_URL", server.URL)
	ts.Setenv("IBREMOVE_SESSION_TOKEN", pod.Token())
	ts.Setenv("IBREMOVE_RATE", "1000")
}

func setPod(ts *testscript.TestScript, _ bool, args []string) {
	pod := podOf(ts)
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		var err error
		pod.Set(func(b *podtest.Behaviour) { err = b.Set(name, value) })
		ts.Check(err)
	}
}

// breakPod breaks the N-th request of a kind, or all from the N-th on with
// N+: fault KIND N[+] [status=S] [apply] [cut=N] [reset] [header=NAME:VALUE]
// [body=TEXT].
func breakPod(ts *testscript.TestScript, _ bool, args []string) {
	pod := podOf(ts)
	kind, from := args[0], args[1]
	onward := strings.HasSuffix(from, "+")
	n, err := strconv.Atoi(strings.TrimSuffix(from, "+"))
	ts.Check(err)
	f := podtest.Fault{Message: "broken on purpose"}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "status":
			f.Status, err = strconv.Atoi(value)
		case "cut":
			f.CutAfter, err = strconv.Atoi(value)
		case "apply":
			f.Apply = true
		case "reset":
			f.Reset = true
		case "hang":
			f.Hang = true
		case "body":
			f.Body = []byte(value)
		case "header":
			key, text, _ := strings.Cut(value, ":")
			f.Header = map[string][]string{key: {text}}
		default:
			ts.Fatalf("no fault %s", name)
		}
		ts.Check(err)
	}
	rules := ts.Value(rulesKey{}).(*rules)
	rules.mu.Lock()
	defer rules.mu.Unlock()
	rules.of[kind] = &rule{n: n, onward: onward, fault: f}
	pod.SetFault(rules.fault)
}

// rules are the faults of a script, the last one of each kind.
type rules struct {
	mu   sync.Mutex
	of   map[string]*rule
	held *report.Lock
}

type rule struct {
	n, seen int
	onward  bool
	fault   podtest.Fault
}

type rulesKey struct{}

func (r *rules) fault(request podtest.Request) podtest.Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	rule := r.of[request.Kind.String()]
	if rule == nil {
		return podtest.Fault{}
	}
	rule.seen++
	if rule.seen == rule.n || rule.onward && rule.seen > rule.n {
		return rule.fault
	}
	return podtest.Fault{}
}

// isMember asserts who is in a group: [!] member GID USER...
func isMember(ts *testscript.TestScript, neg bool, args []string) {
	for _, user := range args[1:] {
		id, err := strconv.ParseInt(user, 10, 64)
		ts.Check(err)
		if podOf(ts).IsMember(args[0], id) == neg {
			ts.Fatalf("user %s of group %s: member is %v", user, args[0], neg)
		}
	}
}

// requests asserts how many of a kind have arrived: requests KIND N.
func requests(ts *testscript.TestScript, _ bool, args []string) {
	got := 0
	for _, r := range podOf(ts).Requests() {
		if r.Kind.String() == args[0] {
			got++
		}
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if got != want {
		ts.Fatalf("%d requests of kind %s, want %d", got, args[0], want)
	}
}

// glob sets a variable to the one path that a pattern matches, or asserts that
// there is none: [!] glob VAR PATTERN.
func glob(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	switch {
	case neg && len(found) > 0:
		ts.Fatalf("%s matches %v", args[1], found)
	case neg:
	case len(found) != 1:
		ts.Fatalf("%s matches %v, want one", args[1], found)
	default:
		path, err := filepath.Rel(ts.Getenv("WORK"), found[0])
		ts.Check(err)
		ts.Setenv(args[0], path)
	}
}

// disable deactivates accounts, and ! disable activates them: disable USER...
func disable(ts *testscript.TestScript, neg bool, args []string) {
	status := podtest.Disabled
	if neg {
		status = podtest.Enabled
	}
	for _, user := range args {
		id, err := strconv.ParseInt(user, 10, 64)
		ts.Check(err)
		podOf(ts).SetUser(id, status)
	}
}

// hold takes the lock of a runs directory until the script ends: hold DIR RUN.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	lock, err := report.TakeLock(report.OSDisk{}, ts.MkAbs(args[0]), report.Holder{PID: 4711, Run: args[1]})
	ts.Check(err)
	ts.Defer(func() { _ = lock.Unlock() })
	ts.Value(rulesKey{}).(*rules).held = lock
}

// release frees the lock that hold has taken last.
func release(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Value(rulesKey{}).(*rules).held.Unlock())
}

// announced takes a journal back to its first intents: announced JOURNAL.
func announced(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	replay, err := report.OpenReplay(path)
	ts.Check(err)
	header := replay.Header
	var intents []batch.Entry
	for record, err := range replay.Records() {
		ts.Check(err)
		if e, ok := record.(batch.Entry); ok && len(e.Intent) > 0 {
			intents = append(intents, e)
		}
	}
	ts.Check(replay.Close())
	ts.Check(os.Remove(path))
	j, err := report.CreateJournal(report.OSDisk{}, path, header)
	ts.Check(err)
	for _, e := range intents {
		ts.Check(j.Record(e))
	}
	ts.Check(j.Close())
}

// flip turns over the bits of one byte of a file: flip FILE OFFSET.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	content := []byte(ts.ReadFile(args[0]))
	content[at] = ^content[at]
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o600))
}

// join puts people into a group by another way: join GID USER...
func join(ts *testscript.TestScript, _ bool, args []string) {
	for _, user := range args[1:] {
		id, err := strconv.ParseInt(user, 10, 64)
		ts.Check(err)
		podOf(ts).AddMembers(args[0], id)
	}
}

// cut takes the last bytes off a file: cut FILE BYTES.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), int64(len(ts.ReadFile(args[0]))-n)))
}
