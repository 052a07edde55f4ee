package main

import (
	"io"
	"strings"
	"time"
)

// What the black-box tests need to reach without a run.
var (
	RealMain     = main
	Number       = number[int]
	Count        = count[int]
	Span         = duration
	ShellQuote   = shellQuote
	WindowsQuote = windowsQuote
	Printable    = printable
	AccessTo     = accessTo

	WriteMetrics = writeMetrics
)

// Parse reads a command line and an environment into Options.
func Parse(args []string, getenv func(string) (string, bool)) (Options, error) {
	table := flagTable()
	a, err := splitArgs(table, args)
	if err != nil {
		return Options{}, err
	}
	if _, err := commandLine(&a); err != nil {
		return Options{}, err
	}
	cmd := commandNamed(a.command)
	if cmd == nil { // help was asked for, and no command named
		return Options{}, nil
	}
	return parseOptions(table, cmd, a.settings, getenv)
}

// Split is the command and the operands of a command line.
func Split(args []string) (command string, operands []string, err error) {
	a, err := splitArgs(flagTable(), args)
	return a.command, a.operands, err
}

func NewTerminal(env *Env) *Terminal { return newTerminal(env) }

func NewProgress(t *Terminal, now func() time.Time) *Progress { return newProgress(t, now) }

// RenderBar draws a bar once it has stood at zero.
func RenderBar(done, failed, total, columns int, elapsed time.Duration) string {
	began := time.Unix(0, 0)
	p := newProgress(newTerminal(&Env{Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) (string, bool) { return "", false }}),
		func() time.Time { return began.Add(elapsed) })
	p.total, p.began = total, began
	p.Update(done, failed)
	return newBar(total).render(p.reading(), columns)
}

// FlagRows is the flag table as the README has it.
func FlagRows() string {
	rows := "| flag | environment | default | meaning |\n| --- | --- | --- | --- |\n"
	for _, f := range flagTable() {
		if f.set == nil || f.group == groupSimulator {
			continue
		}
		name := "--" + f.name
		if f.value != "" {
			name += " " + f.value
		}
		name = "`" + strings.ReplaceAll(name, "|", "` or `") + "`"
		if f.short != "" {
			name += ", `-" + f.short + "`"
		}
		env, def := "", f.def
		if f.env != "" {
			env = "`" + f.env + "`"
		}
		if def == "" {
			def = f.origin
		}
		rows += "| " + name + " | " + env + " | " + def + " | " + f.help + " |\n"
	}
	return rows
}

// ExitCodes are all that there are, in ascending order.
func ExitCodes() (codes []int) {
	for _, c := range exitCodes() {
		codes = append(codes, c.code)
	}
	return codes
}

// SetBottom and Close are what the progress and the last signal do.
func (t *Terminal) SetBottom(line string) { t.setBottom(line) }

func (t *Terminal) Close() { t.close() }
