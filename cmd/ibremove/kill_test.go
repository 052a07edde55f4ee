//go:build failpoint && unix

package main_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ibremove/podclient/podtest"
)

var (
	killSeed = flag.Uint64("kill.seed", uint64(time.Now().UnixNano()), "seed of the random kills")
	killTime = flag.Duration("kill.time", 20*time.Second, "how long to kill at random")
)

const killAttempts = 5

// killKit is one file, the pod that it is about, and the real program.
type killKit struct {
	t       *testing.T
	program string
	dir     string
	pod     *podtest.Pod
	url     string
	rows    [][2]string
	lives   int
	started func(*os.Process) // called when a life has begun; nil: nothing
	stderr  listener          // of the life that runs
}

// listener keeps what is written, and calls back once when a word comes.
type listener struct {
	text strings.Builder
	word string
	call func()
}

func (l *listener) on(word string, call func()) { l.word, l.call = word, call }

// Write implements io.Writer; one goroutine calls it.
func (l *listener) Write(p []byte) (int, error) {
	n, err := l.text.Write(p)
	if l.call != nil && strings.Contains(l.text.String(), l.word) {
		l.call()
		l.call = nil
	}
	return n, err
}

// buildProgram builds the program with its failpoints.
func buildProgram(t *testing.T) string {
	program := filepath.Join(t.TempDir(), "ibremove")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "failpoint", "-o", program, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

func newKillKit(t *testing.T, program string) *killKit {
	k := &killKit{t: t, program: program, dir: t.TempDir(), pod: podtest.New(podtest.Options{})}
	var file strings.Builder
	file.WriteString("gid,userId\n")
	for i := range 60 {
		gid, user := fmt.Sprintf("g%d", i%4), int64(70000000000+i/4)
		k.rows = append(k.rows, [2]string{gid, strconv.FormatInt(user, 10)})
		k.pod.AddMembers(gid, user, user+1000)
		fmt.Fprintf(&file, "%s,%d\n", gid, user)
	}
	if err := os.WriteFile(filepath.Join(k.dir, "leavers.csv"), []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := k.pod.Start(podtest.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	k.url = server.URL
	return k
}

// live runs the program once; at is the step before which it kills itself, 0:
// none; after is when it is killed from outside, 0: never.
func (k *killKit) live(at int, after time.Duration) (code int, stderr string) {
	return k.run("IBREMOVE_KILL_AT", at, after)
}

func (k *killKit) run(failpoint string, at int, after time.Duration) (code int, stderr string) {
	k.lives++
	cmd := exec.CommandContext(k.t.Context(), k.program, "run", "--yes", "--pod-url", k.url,
		"--rate", "2000", "--chunk-size", "4", "--max-attempts", strconv.Itoa(killAttempts), "leavers.csv")
	cmd.Dir = k.dir
	cmd.Env = []string{"IBREMOVE_SESSION_TOKEN=" + k.pod.Token()}
	if at > 0 {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", failpoint, at))
	}
	k.stderr.text.Reset()
	cmd.Stderr = &k.stderr
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	if k.started != nil {
		k.started(cmd.Process)
	}
	if after > 0 {
		defer time.AfterFunc(after, func() { _ = cmd.Process.Kill() }).Stop()
	}
	err := cmd.Wait()
	exit, failed := errors.AsType[*exec.ExitError](err)
	if err != nil && !failed {
		k.t.Fatal(err)
	}
	k.reportsAreWhole()
	if failed {
		return exit.ExitCode(), k.stderr.text.String() // -1: killed
	}
	return 0, k.stderr.text.String()
}

// reportsAreWhole: whatever has its final name holds every row.
func (k *killKit) reportsAreWhole() {
	found, _ := filepath.Glob(filepath.Join(k.dir, "leavers.2*", "report.csv"))
	for _, path := range found {
		k.readReport(path)
	}
}

func (k *killKit) readReport(path string) [][]string {
	data, err := os.ReadFile(path)
	if err != nil {
		k.t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) != len(k.rows)+1 {
		k.t.Fatalf("%s has %d rows (%v), want %d", path, len(rows)-1, err, len(k.rows))
	}
	return rows[1:]
}

// ends goes on until the run has ended, and checks all that must be so then.
func (k *killKit) ends() {
	k.t.Helper()
	code, stderr := k.live(0, 0)
	if code != 0 && !(code == 2 && strings.Contains(stderr, "has finished")) { // killed after its last word
		k.t.Fatalf("the last life ended with %d:\n%s", code, stderr)
	}
	found, _ := filepath.Glob(filepath.Join(k.dir, "leavers.2*", "report.csv"))
	if len(found) != 1 {
		k.t.Fatalf("reports: %v", found)
	}
	for i, row := range k.readReport(found[0]) {
		gid, user := k.rows[i][0], k.rows[i][1]
		id, _ := strconv.ParseInt(user, 10, 64)
		if row[0] != gid || row[1] != user || row[3] != "removed" {
			k.t.Fatalf("row %d is %v, want %s,%s removed", i, row, gid, user)
		}
		if k.pod.IsMember(gid, id) || !k.pod.IsMember(gid, id+1000) {
			k.t.Fatalf("row %d: the pod does not agree", i)
		}
		if n := k.pod.Sends(gid, id); n == 0 || n > killAttempts*k.lives {
			k.t.Fatalf("row %d was sent %d times in %d lives", i, n, k.lives)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(k.dir, ".ibremove-*")); len(left) > 0 {
		k.t.Fatalf("left over: %v", left)
	}
	before := k.pod.Count(podtest.Remove)
	if code, _ := k.live(0, 0); code != 2 || k.pod.Count(podtest.Remove) != before {
		k.t.Fatalf("run once more: exit %d, %d further requests", code, k.pod.Count(podtest.Remove)-before)
	}
}

// TestKillAtEveryStep kills the run before each write, fsync, create and
// rename of its first life, and of the life that follows.
func TestKillAtEveryStep(t *testing.T) {
	program := buildProgram(t)
	for at := 1; ; at++ {
		k := newKillKit(t, program)
		code, stderr := k.live(at, 0)
		if code != -1 {
			if code != 0 {
				t.Fatalf("step %d: exit %d\n%s", at, code, stderr)
			}
			t.Logf("%d steps", at-1)
			return
		}
		k.live(1+at%17, 0) // killed again, early: while it takes up the run
		k.ends()
	}
}

// TestFullDiskAtEveryStep fills the disk before each step: the run stops,
// says so, and can be gone on with.
func TestFullDiskAtEveryStep(t *testing.T) {
	program := buildProgram(t)
	for at := 1; ; at++ {
		k := newKillKit(t, program)
		code, stderr := k.run("IBREMOVE_FULL_AT", at, 0)
		if code == 0 {
			t.Logf("%d steps", at-1)
			return
		}
		sent := k.pod.Count(podtest.Remove)
		if want := 2; sent == 0 && code != want || sent > 0 && code != 5 {
			t.Fatalf("step %d: exit %d after %d requests\n%s", at, code, sent, stderr)
		}
		if !strings.Contains(stderr, "no space left on device") {
			t.Fatalf("step %d: no word of the disk:\n%s", at, stderr)
		}
		k.ends()
	}
}

// TestKillBySecondSignal: the first one drains, the second one quits at once.
func TestKillBySecondSignal(t *testing.T) {
	k := newKillKit(t, buildProgram(t))
	release := make(chan struct{})
	arrived := make(chan struct{})
	k.pod.SetFault(func(r podtest.Request) podtest.Fault {
		if r.Kind == podtest.Remove && r.OfKind == 2 {
			close(arrived)
			<-release
		}
		return podtest.Fault{}
	})
	told := make(chan struct{})
	k.stderr.on("A second signal", func() { close(told) })
	k.started = func(p *os.Process) {
		<-arrived
		interrupt := func() {
			if err := p.Signal(os.Interrupt); err != nil {
				t.Error(err)
			}
		}
		interrupt()
		<-told // two at once may be delivered as one
		interrupt()
	}
	code, stderr := k.live(0, 0)
	close(release)
	if code != 130 || !strings.Contains(stderr, "stopped at once, by a second signal") {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	k.started = nil
	k.pod.SetFault(nil)
	k.ends()
}

// TestKillAtRandom kills from outside, several times in a row.
func TestKillAtRandom(t *testing.T) {
	program := buildProgram(t)
	t.Logf("-kill.seed=%d", *killSeed)
	random := rand.New(rand.NewPCG(*killSeed, 0))
	kills := 0
	for began := time.Now(); time.Since(began) < *killTime; {
		k := newKillKit(t, program)
		for range 1 + random.IntN(4) {
			if code, _ := k.live(0, time.Duration(random.IntN(60_000))*time.Microsecond); code == -1 {
				kills++
			} else {
				break
			}
		}
		if code, _ := k.live(0, 0); code != 0 && code != 2 {
			t.Fatalf("exit %d", code)
		}
	}
	t.Logf("%d kills survived", kills)
}
