package main

import (
	"fmt"
	"slices"
	"strings"
)

// arguments is a command line taken apart: flags may stand anywhere in it.
type arguments struct {
	command  string // empty: none
	settings []setting
	operands []string
	help     bool
	version  bool
	json     bool // wanted, even if the rest is wrong
}

// splitArgs takes a command line apart by the flag table. The first operand is
// the command. A lone - is an operand, after -- everything is. The arguments
// are as complete as they can be also with an error.
func splitArgs(table []Flag, args []string) (arguments, error) {
	var a arguments
	var first error
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			a.operands = append(a.operands, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			a.operands = append(a.operands, arg)
			continue
		}
		var next *string
		if i+1 < len(args) {
			next = &args[i+1]
		}
		settings, took, err := readFlag(table, arg, next)
		if err != nil && first == nil {
			first = err
		}
		if took {
			i++
		}
		for _, s := range settings {
			if err := a.add(s); err != nil && first == nil {
				first = err
			}
		}
	}
	if len(a.operands) > 0 {
		a.command, a.operands = a.operands[0], a.operands[1:]
	}
	return a, first
}

// add takes one flag in. Twice is an error unless it says the same: one of
// them would be ignored.
func (a *arguments) add(s setting) error {
	switch s.flag.name {
	case flagHelp:
		a.help = isTrue(s.value)
		return nil
	case flagVersion:
		a.version = isTrue(s.value)
		return nil
	case flagJSON:
		a.json = isTrue(s.value)
	}
	for _, earlier := range a.settings {
		if earlier.flag != s.flag {
			continue
		}
		if earlier.value == s.value {
			return nil
		}
		if !s.flag.many {
			return fmt.Errorf("--%s is given twice: %q and %q", s.flag.name, earlier.value, s.value)
		}
	}
	a.settings = append(a.settings, s)
	return nil
}

// dryRun reports whether the line asks to send nothing.
func (a *arguments) dryRun() bool {
	return slices.ContainsFunc(a.settings, func(s setting) bool { return s.flag.name == flagDryRun && isTrue(s.value) })
}

// readFlag reads one argument that begins with a dash. took: next is its
// value.
func readFlag(table []Flag, arg string, next *string) (settings []setting, took bool, err error) {
	if !strings.HasPrefix(arg, "--") {
		settings, err = readShorts(table, arg)
		return settings, false, err
	}
	name, value, glued := strings.Cut(arg[2:], "=")
	f := flagNamed(table, name)
	switch {
	case f == nil:
		return nil, false, unknownFlag(table, "--"+name)
	case glued && value == "":
		return nil, false, refuse("", "--%s has an empty value; leave the flag out or give it one", name)
	case glued:
	case !f.takes():
		value = "true"
	case next == nil || *next == "":
		return nil, next != nil, refuse("", "--%s needs a value: %s", name, f.usage())
	case strings.HasPrefix(*next, "-") && *next != "-":
		return nil, false, refuse("", "--%s needs a value, and %q looks like a flag; write --%s=%s if it is one", name, *next, name, *next)
	default:
		value, took = *next, true
	}
	return []setting{{flag: f, value: value}}, took, nil
}

// readShorts reads one-letter switches, combined or not: -nq.
func readShorts(table []Flag, arg string) ([]setting, error) {
	var settings []setting
	for _, letter := range arg[1:] {
		i := slices.IndexFunc(table, func(f Flag) bool { return f.short == string(letter) })
		if i < 0 {
			return nil, unknownFlag(table, arg)
		}
		settings = append(settings, setting{flag: &table[i], value: "true"})
	}
	return settings, nil
}

func flagNamed(table []Flag, name string) *Flag {
	i := slices.IndexFunc(table, func(f Flag) bool { return f.name == name })
	if i < 0 {
		return nil
	}
	return &table[i]
}

func unknownFlag(table []Flag, arg string) error {
	names := make([]string, len(table))
	for i, f := range table {
		names[i] = f.name
	}
	err := refuse("", "unknown flag %s", arg)
	if name := closest(strings.TrimLeft(arg, "-"), names); name != "" {
		err.hint = fmt.Sprintf("Did you mean --%s?", name)
	} else {
		err.hint = "ibremove COMMAND --help lists the flags."
	}
	return err
}

// closest is the candidate that was probably meant by word; empty: none. One
// edit in three letters is a slip of the finger, more is another word.
func closest(word string, candidates []string) string {
	best, least := "", len(word)/3+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), c); d < least || d == least && best == "" {
			best, least = c, d
		}
	}
	return best
}

// distance is Levenshtein's: the least number of letters to insert, delete or
// replace.
func distance(a, b string) int {
	if len(a) > 64 { // no word of ours
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
