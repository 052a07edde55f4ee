package main_test

import (
	"errors"
	"flag"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	main "ibremove/cmd/ibremove"
	"ibremove/podclient/podtest"
)

var update = flag.Bool("update", false, "write the expected outputs of the scripts anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ibremove": main.RealMain})
}

// TestScripts runs the program as a user types it: testdata/script. With
// -update the expected outputs are written anew.
func TestScripts(t *testing.T) {
	commands := podCommands()
	commands["exits"] = exits
	commands["goon"] = goOn
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", "atexit_sleep_ms=10") // or each program rests for a second
			env.Values[podKey{}] = podtest.New(podtest.Options{})
			env.Values[rulesKey{}] = &rules{of: make(map[string]*rule)}
			return nil
		},
		Cmds: commands,
	})
}

// goOn gives the last command that the program printed to a shell, to the
// letter: goon CODE.
func goOn(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(ts.ReadFile("stderr"), "\n")
	for _, line := range slices.Backward(lines) {
		if command, ok := strings.CutPrefix(line, "  ibremove "); ok {
			exits(ts, false, []string{args[0], "sh", "-c", "ibremove " + command})
			return
		}
	}
	ts.Fatalf("no command was printed")
}

// exits runs a program that must end with the given code: exits 2 ibremove run.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}
