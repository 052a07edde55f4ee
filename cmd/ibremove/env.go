package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Env is all that the program takes from the process it runs in.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(name string) (string, bool)
	Now            func() time.Time
	Dir            string // the current folder
	Home           string // the user's folder; empty: not known
	Console        Console
	Signals        <-chan os.Signal
	Build          Build

	// Terminal is made by Main over the streams above.
	Terminal *Terminal
}

// Console says which streams are terminals. The zero value is none: cron, a
// pipe, a test.
type Console struct {
	Stdin, Stderr bool
	Width         func() int                         // columns now; nil or 0: not known
	Open          func() (io.ReadWriteCloser, error) // the terminal itself, past all redirections; nil: none
}

// Build is where the program came from. Empty fields are not known.
type Build struct {
	Version, Commit, Date string
}

func (b Build) String() string {
	s := "ibremove " + b.Number()
	var origin []string
	if b.Commit != "" {
		origin = append(origin, "commit "+b.Commit)
	}
	if b.Date != "" {
		origin = append(origin, "built "+b.Date)
	}
	if len(origin) > 0 {
		s += fmt.Sprintf(" (%s)", strings.Join(origin, ", "))
	}
	return s
}

// Number is the version alone, without a v, as the User-Agent and
// summary.json have it; dev if it is not known.
func (b Build) Number() string {
	if b.Version == "" {
		return "dev"
	}
	return strings.TrimPrefix(b.Version, "v")
}
