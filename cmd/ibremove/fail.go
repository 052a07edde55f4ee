package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"ibremove/report"
)

// The exit codes: what a script learns.
const (
	exitDone     = 0
	exitInternal = 1
	exitRefused  = 2
	exitRows     = 3
	exitAuth     = 4
	exitStopped  = 5
	exitDoubt    = 6
	exitLocked   = 75
	exitSIGINT   = 130
	exitSIGTERM  = 143
)

// exitCodes tells them to people, for --help and the manual.
func exitCodes() []struct {
	code    int
	meaning string
} {
	return []struct {
		code    int
		meaning string
	}{
		{exitDone, "every row is done"},
		{exitInternal, "internal error"},
		{exitRefused, "nothing was sent: usage, configuration, the file refused, already finished, no confirmation"},
		{exitRows, "finished; some rows failed or were invalid"},
		{exitAuth, "authentication or entitlement refused"},
		{exitStopped, "stopped early: threshold, deadline, pod out of reach, disk full or failing"},
		{exitDoubt, "rows whose outcome is not known, or a verification found people who should be out"},
		{exitLocked, "another run holds the runs directory's lock"},
		{exitSIGINT, "interrupted (SIGINT); can be resumed"},
		{exitSIGTERM, "terminated (SIGTERM); can be resumed"},
	}
}

// exitError ends a command with an exit code. Without err there is nothing
// more to say than the summary has said.
type exitError struct {
	code    int
	err     error
	hint    string // what to do next, a line of its own; may be empty
	summary any    // printed under --json; nil: a refusal gets a small object of its own
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// refuse is exit 2: nothing was sent.
func refuse(hint, format string, args ...any) *exitError {
	return &exitError{code: exitRefused, err: fmt.Errorf(format, args...), hint: hint}
}

// noRoom refuses what could not be written before anything was sent. A refusal
// of what was read stays as it is.
func noRoom(err error) error {
	if _, ok := errors.AsType[*exitError](err); ok {
		return err
	}
	return refuse("free some space, or choose another place with --runs-dir.", "%w; nothing was sent", err)
}

// Interrupted is the cause of a context that a signal ended.
type Interrupted struct{ Signal os.Signal }

func (i Interrupted) Error() string {
	if i.Signal == syscall.SIGTERM {
		return "stopped by SIGTERM"
	}
	return "stopped by SIGINT"
}

// exitCode is 128 and the signal's number, as a shell has it.
func (i Interrupted) exitCode() int {
	if i.Signal == syscall.SIGTERM {
		return exitSIGTERM
	}
	return exitSIGINT
}

// cutOff is what --json prints of a command that ended before it had a summary:
// it was refused, or it was stopped on the way.
func cutOff(env *Env, code int, err error) *report.Summary {
	now := env.Now().UTC().Truncate(time.Millisecond)
	status, because := report.StatusRefused, ""
	if code != exitRefused && code != exitLocked {
		status, because = report.StatusStopped, err.Error()
	}
	return &report.Summary{
		Version:        env.Build.Number(),
		Status:         status,
		StoppedBecause: because,
		ExitCode:       code,
		Error:          err.Error(),
		StartedAt:      now,
		FinishedAt:     now,
		Requests:       report.Requests{ByStatus: map[string]int{}},
		Options:        map[string]string{},
		Outputs:        map[string]report.Output{},
	}
}

// finish is the one place that turns an error into words and an exit code.
func finish(env *Env, jsonWanted bool, err error) int {
	if err == nil {
		return exitDone
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		exit = &exitError{code: exitInternal, err: err}
		if i, ok := errors.AsType[Interrupted](err); ok {
			exit.code = i.exitCode()
		}
	}
	if exit.err != nil {
		env.Terminal.Error(err.Error(), exit.hint)
	}
	summary := exit.summary
	if jsonWanted && summary == nil && exit.code != exitDone {
		summary = cutOff(env, exit.code, err)
	}
	if jsonWanted && summary != nil {
		if err := printJSON(env.Stdout, summary); err != nil {
			env.Terminal.Error(fmt.Sprintf("writing the summary: %v", err), "")
			if exit.code == exitDone { // as where the summary is for people; what is worse is worth more
				exit.code = exitInternal
			}
		}
	}
	return exit.code
}

// printJSON spells out what a terminal would obey; a program reads the same.
func printJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range text.String() {
		if s := string(r); r != '\n' && printable(s) != s {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// crashed makes an error of a panic. It says where, and never what: the
// value may hold a secret or a cell.
func crashed() *exitError {
	where := "an unknown place"
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "runtime.") && more {
			continue
		}
		if frame.Function != "" {
			where = fmt.Sprintf("%s, line %d", frame.Function, frame.Line)
		}
		break
	}
	return &exitError{
		code: exitInternal,
		err:  fmt.Errorf("internal error in %s", where),
		hint: "A run that was under way can be resumed: give the same command again.",
	}
}
