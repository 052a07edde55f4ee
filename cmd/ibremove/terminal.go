package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
)

// Terminal is what the operator sees. Its rules, all of them:
//
//   - stdout carries the summary and nothing else: a script may read it.
//     Everything else goes to stderr.
//   - What comes from a file, from the pod or from a folder is hostile. No
//     control character of it gets through, see printable.
//   - Control characters of our own (a bar that is redrawn, a colour) are for
//     a terminal alone. If stderr is none, or TERM is dumb, there are plain
//     lines. NO_COLOR takes the colours, and leaves the bar.
//   - Only the word in front of a line has a colour.
//   - One line stands at the bottom, the bar; others are printed above it, so
//     that nothing is torn. Whoever writes holds the lock.
//   - --quiet drops what is merely told. It drops no error and no question.
//   - Only y means yes. End of input is no.
//   - The answer is read from stdin if that is a terminal. If stdin is the
//     input file, it comes from the terminal behind it. If there is none, no
//     question is asked.
type Terminal struct {
	out, err io.Writer
	tty      bool // stderr obeys control characters
	color    bool
	width    func() int

	stdin   io.Reader
	console Console

	mu     sync.Mutex
	quiet  bool
	bottom string // the line that is redrawn; empty: none
	closed bool   // no such line any more
}

// ErrNoTerminal says that there is nobody to ask.
var ErrNoTerminal = errors.New("there is no terminal to ask on")

const (
	eraseLine = "\r\x1b[K"
	red       = "\x1b[31m"
	yellow    = "\x1b[33m"
	plain     = "\x1b[0m"
)

func newTerminal(env *Env) *Terminal {
	kind, _ := env.Getenv("TERM")
	noColor, _ := env.Getenv("NO_COLOR") // no-color.org: present and not empty
	t := &Terminal{
		out:     env.Stdout,
		err:     env.Stderr,
		tty:     env.Console.Stderr && kind != "dumb",
		width:   env.Console.Width,
		stdin:   env.Stdin,
		console: env.Console,
	}
	t.color = t.tty && noColor == ""
	return t
}

// Print writes to stdout, where the summary belongs.
func (t *Terminal) Print(text string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := io.WriteString(t.out, printable(text))
	return err
}

// Say tells the operator something on a line of its own.
func (t *Terminal) Say(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.quiet {
		t.above(printable(line))
	}
}

// Warn is Say for what may be wrong.
func (t *Terminal) Warn(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.quiet {
		t.above(t.painted(yellow, "warning:") + " " + printable(line))
	}
}

// Error says what went wrong, and in the hint, if there is one, what to do.
func (t *Terminal) Error(message, hint string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.painted(red, "ibremove:") + " " + printable(message)
	if hint != "" {
		text += "\n" + printable(hint)
	}
	t.above(text)
}

// SetQuiet drops from now on what is merely told.
func (t *Terminal) SetQuiet(quiet bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.quiet = quiet
}

// CanAsk reports whether Ask has somebody to ask. stdinTaken: stdin is the
// input file.
func (t *Terminal) CanAsk(stdinTaken bool) bool {
	if !stdinTaken {
		return t.console.Stdin
	}
	tty, err := t.openTerminal()
	if err != nil {
		return false
	}
	_ = tty.Close()
	return true
}

// Ask puts a question that y answers. It is ErrNoTerminal if there is nobody
// to ask, and the context's error if that ends first.
func (t *Terminal) Ask(ctx context.Context, question string, stdinTaken bool) (bool, error) {
	in, out := t.stdin, t.err
	if stdinTaken || !t.console.Stderr {
		tty, err := t.openTerminal()
		switch {
		case err == nil:
			defer func() { _ = tty.Close() }()
			out = tty
			if stdinTaken {
				in = tty
			}
		case stdinTaken:
			return false, ErrNoTerminal
		}
	}
	if !stdinTaken && !t.console.Stdin {
		return false, ErrNoTerminal
	}
	if _, err := io.WriteString(out, printable(question)+" [y/N] "); err != nil {
		return false, err
	}
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(io.LimitReader(in, 1024)).ReadString('\n')
		answer <- strings.TrimSpace(line)
	}()
	select {
	case a := <-answer:
		return a == "y", nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

// setBottom redraws the line at the bottom; empty takes it away.
func (t *Terminal) setBottom(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.quiet || t.closed || line == t.bottom {
		return
	}
	t.bottom = line
	_, _ = io.WriteString(t.err, eraseLine+line)
}

// close takes the line at the bottom away for good: the process ends.
func (t *Terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bottom != "" {
		_, _ = io.WriteString(t.err, eraseLine)
	}
	t.bottom, t.closed = "", true
}

// above prints a finished text above the bottom line. A stderr that cannot be
// written has nobody to be told of it.
func (t *Terminal) above(text string) {
	if t.bottom != "" {
		text = eraseLine + text + "\n" + t.bottom
	} else {
		text += "\n"
	}
	_, _ = io.WriteString(t.err, text)
}

func (t *Terminal) painted(color, word string) string {
	if !t.color {
		return word
	}
	return color + word + plain
}

// columns is the width of the terminal now.
func (t *Terminal) columns() int {
	if t.width != nil {
		if w := t.width(); w > 0 {
			return w
		}
	}
	return 80
}

func (t *Terminal) openTerminal() (io.ReadWriteCloser, error) {
	if t.console.Open == nil {
		return nil, ErrNoTerminal
	}
	return t.console.Open()
}
