package main_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	main "ibremove/cmd/ibremove"
	"ibremove/podclient/podtest"
)

// aRun is one command against a pod of its own, in a folder of its own.
type aRun struct {
	t       *testing.T
	pod     *podtest.Pod
	dir     string
	signals chan os.Signal
	stdin   io.Reader
	stdout  io.Writer // nil: into the output too
	console main.Console
	now     func() time.Time
	url     string
}

func newRun(t *testing.T) *aRun {
	r := &aRun{t: t, pod: podtest.New(podtest.Options{}), dir: t.TempDir(), signals: make(chan os.Signal, 2), stdin: strings.NewReader(""), now: time.Now}
	r.pod.AddMembers("g1", 70000000001, 70000000002, 70000000003)
	server, err := r.pod.Start(podtest.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *aRun) write(name, content string) string {
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func (r *aRun) main(command string, args ...string) (code int, output string) {
	var out bytes.Buffer
	env := &main.Env{
		Args:  append([]string{command, "--pod-url", r.url, "--rate", "1000"}, args...),
		Stdin: r.stdin, Stdout: &out, Stderr: &out, Dir: r.dir, Now: r.now, Signals: r.signals, Console: r.console,
		Getenv: func(name string) (string, bool) {
			if name == "IBREMOVE_SESSION_TOKEN" {
				return r.pod.Token(), true
			}
			return "", false
		},
	}
	if r.stdout != nil {
		env.Stdout = r.stdout
	}
	code = main.Main(r.t.Context(), env)
	return code, out.String()
}

// TestStoppedWhileReading: who is stopped at a pipe sends nothing, and keeps
// nothing of what may be cut off in the middle of an id.
func TestStoppedWhileReading(t *testing.T) {
	for name, end := range map[string]func(*io.PipeWriter, chan os.Signal){
		"it stays open": func(_ *io.PipeWriter, signals chan os.Signal) { signals <- syscall.SIGTERM },
		"it ends too": func(w *io.PipeWriter, signals chan os.Signal) {
			signals <- syscall.SIGTERM
			_ = w.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			in, w := io.Pipe()
			r.stdin = in
			go func() {
				_, _ = io.WriteString(w, "gid,userId\ng1,70000000001\ng1,700000")
				end(w, r.signals)
			}()
			code, output := r.main("run", "--yes", "--runs-dir", r.dir, "-")
			if code != 143 || !strings.Contains(output, "nothing was sent") {
				t.Errorf("exit %d\n%s", code, output)
			}
			if found, _ := filepath.Glob(filepath.Join(r.dir, "stdin*")); len(found) > 0 || len(r.pod.Requests()) > 0 {
				t.Errorf("it left %v, and %d requests", found, len(r.pod.Requests()))
			}
		})
	}
}

// TestStoppedWhileVerifying: what the pod called done stays so, and the look
// can be taken again.
func TestStoppedWhileVerifying(t *testing.T) {
	r := newRun(t)
	file := r.write("leavers.csv", "gid,userId\ng1,70000000001\ng1,70000000002\n")
	r.pod.Set(func(b *podtest.Behaviour) {
		if err := b.Set("read-delay", "1h"); err != nil {
			t.Fatal(err)
		}
	})
	r.pod.SetFault(func(q podtest.Request) podtest.Fault {
		if q.Kind == podtest.Members {
			r.signals <- syscall.SIGINT
		}
		return podtest.Fault{}
	})
	code, output := r.main("run", "--yes", "--verify", file)
	if code != 130 || !strings.Contains(output, "removed      2") || !strings.Contains(output, "The verification was stopped") ||
		!strings.Contains(output, "Look again with:\n  ibremove verify ") {
		t.Errorf("exit %d\n%s", code, output)
	}
}

// TestDeadlineWhileVerifying: the change window bounds what is sent; who was
// sent is looked for as long as it takes.
func TestDeadlineWhileVerifying(t *testing.T) {
	r := newRun(t)
	file := r.write("leavers.csv", "gid,userId\ng1,70000000001\n")
	r.pod.Set(func(b *podtest.Behaviour) {
		if err := b.Set("read-delay", "600ms"); err != nil {
			t.Fatal(err)
		}
	})
	code, output := r.main("run", "--yes", "--verify", "--max-duration", "200ms", file)
	if code != 0 || !strings.Contains(output, "The 1 person is out of their groups") {
		t.Errorf("exit %d\n%s", code, output)
	}
}

// TestUnwritableStdout: the summary is lost, and nothing else: neither the exit
// code nor the command that goes on.
func TestUnwritableStdout(t *testing.T) {
	for status, want := range map[int]int{0: 1, 403: 4} {
		r := newRun(t)
		r.stdout = failingWriter{}
		r.pod.SetFault(func(q podtest.Request) podtest.Fault {
			if q.Kind == podtest.Remove {
				return podtest.Fault{Status: status}
			}
			return podtest.Fault{}
		})
		code, output := r.main("run", "--yes", r.write("leavers.csv", "gid,userId\ng1,70000000001\n"))
		if code != want || !strings.Contains(output, "writing the summary: disk full") {
			t.Errorf("exit %d, want %d\n%s", code, want, output)
		}
		if want == 4 && !strings.Contains(output, "Go on with:\n  ibremove resume ") {
			t.Errorf("no command goes on:\n%s", output)
		}
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestLongMessage: a pod's text of any length is kept verbatim, and the report
// that holds it can be read again.
func TestLongMessage(t *testing.T) {
	r := newRun(t)
	text := strings.Repeat("no, ", 20_000)
	r.pod.SetFault(func(q podtest.Request) podtest.Fault {
		if q.Kind == podtest.Remove && q.OfKind == 1 {
			return podtest.Fault{Body: []byte(`{"overallResult":"FAIL","results":["` + text + `"]}`)}
		}
		return podtest.Fault{}
	})
	if code, output := r.main("run", "--yes", r.write("leavers.csv", "gid,userId\ng1,70000000001\n")); code != 3 {
		t.Fatalf("exit %d\n%s", code, output)
	}
	found, _ := filepath.Glob(filepath.Join(r.dir, "leavers.2*"))
	if report, err := os.ReadFile(filepath.Join(found[0], "report.csv")); err != nil || !strings.Contains(string(report), `"`+text+`"`) {
		t.Errorf("the text is not in the report: %v", err)
	}
	if code, output := r.main("resume", "--yes", found[0]); code != 0 {
		t.Errorf("exit %d\n%s", code, output)
	}
}

// TestDeadlineAtTheQuestion: a window that closes before anybody has answered
// is a window that has closed.
func TestDeadlineAtTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent, w := io.Pipe()
		r := &aRun{t: t, pod: podtest.New(podtest.Options{}), url: "http://127.0.0.1:1", dir: t.TempDir(), now: time.Now, stdin: silent,
			signals: make(chan os.Signal), console: main.Console{Stdin: true, Stderr: true}}
		code, output := r.main("run", "--max-duration", "1h", r.write("leavers.csv", "gid,userId\ng1,70000000001\n"))
		if code != 5 || !strings.Contains(output, "--max-duration 1h0m0s is over at the question: nothing was sent") {
			t.Errorf("exit %d\n%s", code, output)
		}
		_ = w.Close() // who reads the answer may go
	})
}

// TestClockSetBack: the same failures a second time count as finished, whatever
// the clock says.
func TestClockSetBack(t *testing.T) {
	r := newRun(t)
	file := r.write("leavers.csv", "gid,userId\ng1,70000000001\n")
	r.pod.SetFault(func(q podtest.Request) podtest.Fault {
		if q.Kind == podtest.Remove {
			return podtest.Fault{Status: 400}
		}
		return podtest.Fault{}
	})
	if code, output := r.main("run", "--yes", file); code != 3 {
		t.Fatalf("exit %d\n%s", code, output)
	}
	runs, _ := filepath.Glob(filepath.Join(r.dir, "leavers.2*"))
	for minutes, want := range []int{3, 2} {
		r.now = func() time.Time { return time.Now().Add(time.Duration(minutes-60) * time.Minute) }
		if code, output := r.main("resume", "--yes", runs[0]); code != want {
			t.Errorf("exit %d, want %d\n%s", code, want, output)
		}
	}
}

// TestHostileNames: no name adds a line, or is obeyed by a terminal.
func TestHostileNames(t *testing.T) {
	r := newRun(t)
	file := r.write("a\u009b\u202eb\nGo on with:\n  rm -rf x\n.csv", "gid,userId\ng1,70000000001\n")
	for _, args := range [][]string{{"check", "--json"}, {"check"}, {"run", "--yes", "--verify"}, {"run", "--yes"}} {
		_, output := r.main(args[0], append(args[1:], file)...)
		if strings.ContainsAny(output, "\u009b\u202e") || strings.Contains(output, "\n  rm -rf x") {
			t.Errorf("%v:\n%s", args, output)
		}
	}
}
