package main

import (
	"fmt"
	"strings"
)

// Flag is one row of the flag table: the one source of what is parsed, what
// --help and the manual say, and what the shells complete.
type Flag struct {
	name   string
	short  string // one letter; empty: none
	value  string // what stands for its value in texts; empty: a switch
	env    string // empty: the environment cannot set it
	def    string // default, in the form that set reads; empty: none
	origin string // where the value comes from otherwise, for people
	help   string
	group  string
	on     commandSet
	offer  offer  // what a shell offers for the value
	many   bool   // may be given more than once
	set    setter // nil for help and version, which are no setting
	setEnv setter // nil: like set
}

// The flags that Main acts on by itself.
const (
	flagHelp    = "help"
	flagVersion = "version"
	flagDryRun  = "dry-run"
	flagJSON    = "json"
)

// setter parses a value into its place. Its error says what is wrong with the
// value and what would be right; the caller names the flag.
type setter func(o *Options, value string) error

// offer is what completes a value.
type offer uint8

const (
	offerNothing offer = iota
	offerFiles
	offerFolders
	offerColumns
)

// Groups of flags, by purpose. cli prints them in alphabetical order.
const (
	groupConnection = "Connection"
	groupInput      = "Input and run directory"
	groupLimits     = "Limits and guards"
	groupOutput     = "Output"
	groupPace       = "Pace"
	groupSimulator  = "Simulator"
)

// commandSet names the commands that take a flag.
type commandSet uint16

const (
	onRun commandSet = 1 << iota
	onCheck
	onResume
	onVerify
	onUndo
	onSimulate
	onCompletion
	onMan

	onSending = onRun | onCheck | onResume | onUndo // check takes every flag of run
	onPod     = onSending | onVerify
	onAll     = onPod | onSimulate | onCompletion | onMan
)

// takes reports whether f needs a value.
func (f *Flag) takes() bool { return f.value != "" }

// usage spells f for people: --rate R, or --quiet, -q.
func (f *Flag) usage() string {
	s := "--" + f.name
	if f.short != "" {
		s += ", -" + f.short
	}
	if f.takes() {
		s += " " + f.value
	}
	return s
}

// notes are the default and the variable: (default 5; IBREMOVE_RATE).
func (f *Flag) notes() string {
	var notes []string
	switch {
	case f.def != "":
		notes = append(notes, "default "+f.def)
	case f.origin != "":
		notes = append(notes, "default "+f.origin)
	}
	if f.env != "" {
		notes = append(notes, f.env)
	}
	if len(notes) == 0 {
		return ""
	}
	return fmt.Sprintf("(%s)", strings.Join(notes, "; "))
}
