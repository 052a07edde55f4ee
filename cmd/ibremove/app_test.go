package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
)

// call runs a command line to its end.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = main.Main(t.Context(), &main.Env{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &err, Getenv: environment(), Now: time.Now})
	return code, out.String(), err.String()
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		line string
		want string // stderr, whole
	}{
		{"", "ibremove: no command is given\nibremove --help lists the commands. To begin: ibremove check FILE\n"},
		{"rnu", "ibremove: unknown command \"rnu\"\nDid you mean: ibremove run?\n"},
		{"leavers.csv", "ibremove: unknown command \"leavers.csv\"\nDid you mean: ibremove run leavers.csv?\n"},
		{"run", "ibremove: run needs a FILE, and none is given\nWrite: ibremove run [flags] FILE|-\n"},
		{"run a b", "ibremove: run takes one FILE, and \"b\" follows \"a\" (a name with spaces needs quotes)\nWrite: ibremove run [flags] FILE|-\n"},
		{"run a --strct", "ibremove: unknown flag --strct\nDid you mean --strict?\n"},
		{"run -n a b", "ibremove: check takes one FILE, and \"b\" follows \"a\" (a name with spaces needs quotes)\nWrite: ibremove check [flags] FILE|-\n"},
		{"resume", "ibremove: resume needs a RUN-DIR, and none is given\nWrite: ibremove resume [flags] RUN-DIR|FAILURES.csv\n"},
		{"simulate a", "ibremove: simulate takes no file, and \"a\" is given\n"},
		{"completion tcsh", "ibremove: no completion for the shell \"tcsh\"\nWrite one of: bash, zsh, fish, powershell\n"},
	} {
		code, stdout, stderr := call(t, strings.Fields(test.line)...)
		if code != 2 || stdout != "" || stderr != test.want {
			t.Errorf("ibremove %s: exit %d, stdout %q, stderr\n%swant\n%s", test.line, code, stdout, stderr, test.want)
		}
	}
}

func TestRefusalAsJSON(t *testing.T) {
	code, stdout, stderr := call(t, "run", "--nonsense", "x", "--json")
	var got map[string]any
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("stdout %q: %v", stdout, err)
	}
	if code != 2 || got["status"] != "refused" || got["exit_code"] != 2.0 || got["error"] != "unknown flag --nonsense" || stderr == "" {
		t.Errorf("exit %d, stdout %s, stderr %s", code, stdout, stderr)
	}
}

func TestHelp(t *testing.T) {
	for _, line := range []string{"--help", "-h", "help", "run --help", "run -h x.csv", "help verify", "--help undo", "simulate --help", "completion --help"} {
		code, stdout, stderr := call(t, strings.Fields(line)...)
		if code != 0 || stderr != "" || !strings.Contains(stdout, "Usage: ibremove ") {
			t.Errorf("ibremove %s: exit %d, stdout %q, stderr %q", line, code, stdout, stderr)
		}
		for text := range strings.Lines(stdout) {
			if len(text) > 81 && !strings.HasPrefix(text, "  ibremove ") {
				t.Errorf("ibremove %s: a line is too long: %q", line, text)
			}
		}
	}
}

// A panic says where and keeps its value to itself.
func TestPanic(t *testing.T) {
	var stderr bytes.Buffer
	code := main.Main(t.Context(), &main.Env{Args: []string{"run", "x"}, Stdout: &stderr, Stderr: &stderr, Getenv: func(name string) (string, bool) {
		if strings.HasPrefix(name, "IBREMOVE_") {
			panic("hunter2")
		}
		return "", false
	}})
	if got := stderr.String(); code != 1 || strings.Contains(got, "hunter2") || !strings.Contains(got, "internal error in ") || !strings.Contains(got, "can be resumed") {
		t.Errorf("exit %d, wrote %q", code, got)
	}
}

// The second signal does not wait for a command that hangs.
func TestSecondSignal(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	signals := make(chan os.Signal, 2)
	signals <- os.Interrupt
	signals <- syscall.SIGTERM
	var stderr bytes.Buffer
	code := main.Main(t.Context(), &main.Env{Args: []string{"run", "x"}, Stdout: &stderr, Stderr: &stderr, Signals: signals, Getenv: func(name string) (string, bool) {
		if strings.HasPrefix(name, "IBREMOVE_") {
			<-hang
		}
		return "", false
	}})
	if code != 143 || !strings.Contains(stderr.String(), "stopped at once, by a second signal") {
		t.Errorf("exit %d, wrote %q", code, &stderr)
	}
}
