package main_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	main "ibremove/cmd/ibremove"
)

// device is a terminal behind all redirections.
type device struct {
	io.Reader
	bytes.Buffer
}

func (d *device) Read(p []byte) (int, error) { return d.Reader.Read(p) }
func (d *device) Close() error               { return nil }

func TestAsk(t *testing.T) {
	for _, test := range []struct {
		name       string
		stdin      string
		console    main.Console
		device     string // what is typed there; empty: there is none
		stdinTaken bool
		want       bool
		err        error
	}{
		{name: "y", stdin: "y\n", console: main.Console{Stdin: true, Stderr: true}, want: true},
		{name: "y with CRLF", stdin: "y\r\n", console: main.Console{Stdin: true, Stderr: true}, want: true},
		{name: "yes is not y", stdin: "yes\n", console: main.Console{Stdin: true, Stderr: true}},
		{name: "Y is not y", stdin: "Y\n", console: main.Console{Stdin: true, Stderr: true}},
		{name: "return", stdin: "\n", console: main.Console{Stdin: true, Stderr: true}},
		{name: "end of input", console: main.Console{Stdin: true, Stderr: true}},
		{name: "stdin is no terminal", stdin: "y\n", console: main.Console{Stderr: true}, err: main.ErrNoTerminal},
		{name: "stdin is no terminal, another is there", stdin: "y\n", device: "y\n", err: main.ErrNoTerminal},
		{name: "stderr is redirected", stdin: "y\n", console: main.Console{Stdin: true}, want: true},
		{name: "stdin is the file", stdin: "n\n", device: "y\n", console: main.Console{Stderr: true}, stdinTaken: true, want: true},
		{name: "stdin is the file, no terminal", stdin: "y\n", console: main.Console{Stdin: true, Stderr: true}, stdinTaken: true, err: main.ErrNoTerminal},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr, stdout bytes.Buffer
			tty := &device{Reader: strings.NewReader(test.device)}
			if test.device != "" {
				test.console.Open = func() (io.ReadWriteCloser, error) { return tty, nil }
			}
			term := main.NewTerminal(&main.Env{Stdin: strings.NewReader(test.stdin), Stdout: &stdout, Stderr: &stderr, Getenv: environment(), Console: test.console})
			got, err := term.Ask(t.Context(), "Go on?", test.stdinTaken)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %v, %v; want %v, %v", got, err, test.want, test.err)
			}
			if can := term.CanAsk(test.stdinTaken); can != (test.err == nil) {
				t.Errorf("CanAsk is %v", can)
			}
			asked := strings.Contains(stderr.String()+tty.String(), "Go on? [y/N] ")
			if asked != (test.err == nil) {
				t.Errorf("asked: %v", asked)
			}
			if stdout.Len() > 0 {
				t.Errorf("stdout has %q", &stdout)
			}
		})
	}
}

func TestAskIsInterrupted(t *testing.T) {
	silent, _ := io.Pipe()
	term := main.NewTerminal(&main.Env{Stdin: silent, Stderr: io.Discard, Getenv: environment(), Console: main.Console{Stdin: true, Stderr: true}})
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if yes, err := term.Ask(ctx, "Go on?", false); yes || !errors.Is(err, stop) {
		t.Errorf("got %v, %v", yes, err)
	}
}

func TestColour(t *testing.T) {
	for _, test := range []struct {
		name    string
		console main.Console
		env     []string
		want    bool
	}{
		{"terminal", main.Console{Stderr: true}, []string{"TERM=xterm"}, true},
		{"no terminal", main.Console{}, []string{"TERM=xterm"}, false},
		{"NO_COLOR", main.Console{Stderr: true}, []string{"TERM=xterm", "NO_COLOR=1"}, false},
		{"dumb", main.Console{Stderr: true}, []string{"TERM=dumb"}, false},
	} {
		var stderr bytes.Buffer
		term := main.NewTerminal(&main.Env{Stderr: &stderr, Getenv: environment(test.env...), Console: test.console})
		term.Error("a\x1bb", "do c")
		if got := strings.Contains(stderr.String(), "\x1b["); got != test.want {
			t.Errorf("%s: wrote %q", test.name, &stderr)
		}
		if !strings.HasSuffix(stderr.String(), " a\ufffdb\ndo c\n") {
			t.Errorf("%s: wrote %q", test.name, &stderr)
		}
	}
}

func TestProgressOnPlainLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		p := main.NewProgress(main.NewTerminal(&main.Env{Stderr: &stderr, Getenv: environment()}), time.Now)
		p.Start(12409)
		<-time.After(29 * time.Second)
		p.Update(600, 0)
		<-time.After(30 * time.Second)
		p.Update(6000, 3)
		<-time.After(36 * time.Second)
		p.Stop()
		want := "12,409 rows to go.\n" +
			"600 of 12,409 rows, 4%, 20.0 rows a second, 9m 50s left.\n" +
			"6,000 of 12,409 rows, 48%, 100.0 rows a second, 1m 4s left, 3 failed.\n" +
			"6,000 of 12,409 rows, 48%, 66.7 rows a second, 1m 36s left, 3 failed.\n" +
			"6,000 of 12,409 rows in 1m 35s, 3 failed.\n"
		if stderr.String() != want {
			t.Errorf("wrote\n%swant\n%s", &stderr, want)
		}
	})
}

func TestProgressQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		term := main.NewTerminal(&main.Env{Stderr: &stderr, Getenv: environment("TERM=xterm"), Console: main.Console{Stderr: true}})
		term.SetQuiet(true)
		p := main.NewProgress(term, time.Now)
		p.Start(5)
		<-time.After(time.Minute)
		term.Say("told")
		p.Stop()
		if stderr.Len() > 0 {
			t.Errorf("wrote %q", &stderr)
		}
	})
}

// A note stands on a line of its own, above a bar that is whole.
func TestProgressNotesAboveTheBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		term := main.NewTerminal(&main.Env{Stderr: &stderr, Getenv: environment("TERM=xterm"), Console: main.Console{Stderr: true}})
		p := main.NewProgress(term, time.Now)
		p.Start(100)
		p.Update(50, 1)
		<-time.After(1100 * time.Millisecond)
		synctest.Wait()
		before := stderr.Len()
		term.Say("hello")
		if got := stderr.String()[before:]; !strings.HasPrefix(got, "\r\x1b[Khello\n50 of 100 rows, 50% [") {
			t.Errorf("wrote %q", got)
		}
		p.Stop()
		if got := stderr.String(); !strings.HasSuffix(got, "\r\x1b[K50 of 100 rows in 1s, 1 failed.\n") {
			t.Errorf("wrote %q", got)
		}
	})
}

func TestBarFits(t *testing.T) {
	for _, done := range []int{0, 1, 999, 1_234_567} {
		for columns := range 200 {
			if line := main.RenderBar(done, done/3, 1_234_567, columns, 90*time.Second); len(line) >= max(1, columns) {
				t.Fatalf("%d columns: %q", columns, line)
			}
		}
	}
	for columns, want := range map[int]string{
		120: "1,204 of 2,009 rows, 59% [======================>.................] (13 rows/s) 1m 0s left, 3 failed",
		80:  "1,204 of 2,009 rows, 59% [====>.....] (13 rows/s) 1m 0s left, 3 failed",
		40:  "1,204/2,009 59% 13/s 1m 0s left 3 faile",
	} {
		if got := main.RenderBar(1204, 3, 2009, columns, 90*time.Second); got != want {
			t.Errorf("%d columns:\n%q, want\n%q", columns, got, want)
		}
	}
}

// Once it is closed, the bar does not come back under the last words.
func TestTerminalClosed(t *testing.T) {
	out := &bytes.Buffer{}
	term := main.NewTerminal(&main.Env{Stdout: out, Stderr: out, Getenv: environment(), Console: main.Console{Stderr: true}})
	term.SetBottom("50%")
	term.Close()
	term.SetBottom("51%")
	term.Error("stopped at once", "")
	if got, want := out.String(), "\r\x1b[K50%\r\x1b[K\x1b[31mibremove:\x1b[0m stopped at once\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
