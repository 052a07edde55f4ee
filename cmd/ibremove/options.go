package main

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"ibremove/batch"
	"ibremove/cmd/ibremove/internal/bdk"
	"ibremove/podclient"
)

// None stands for a limit that is not set.
const None = -1

// Options is what flags, environment and defaults say, parsed and checked
// value by value. A setting that was not given has its default; the BDK
// configuration may then speak, see Given.
type Options struct {
	// Connection. Empty: not given.
	Config           string
	PodURL           *url.URL
	Username         string
	PrivateKeyFile   string
	SessionTokenFile string
	SessionToken     podclient.Secret // from the environment
	CAFile           string
	Login            bool

	// Input and run directory.
	DryRun  bool
	Again   bool
	RunsDir string // empty: beside the input
	GID     string // empty: the file has a gid column
	Column  Column

	// Limits and guards. None, or 0 for MaxDuration: no such limit.
	MaxFailures   batch.Limit
	MaxRemovals   int
	MaxGroupShare float64 // percent
	MaxDuration   time.Duration
	Strict        bool
	Preflight     bool // on with MaxGroupShare
	Verify        bool
	Canary        int
	Yes           bool

	// Pace.
	Rate        float64 // requests a second
	Concurrency int
	ChunkSize   int
	Timeout     time.Duration
	MaxAttempts int

	// Output.
	Quiet       bool
	JSON        bool
	Verbose     bool
	MetricsFile string // empty: none

	// Simulator.
	Simulate bool
	Addr     string
	Seed     string
	Set      []Behaviour

	given []setting // in the order given, the environment's last
}

// Column says which header names a column; empty: one of the known names.
type Column struct{ GID, UserID string }

// Behaviour is one switch of the simulator.
type Behaviour struct{ Name, Value string }

// setting is a flag with the value that it was given.
type setting struct {
	flag    *Flag
	value   string
	fromEnv bool
}

// Given reports whether a flag or its variable says something, so that the
// configuration has no say.
func (o *Options) Given(flag string) bool {
	return slices.ContainsFunc(o.given, func(s setting) bool { return s.flag.name == flag })
}

// GivenByFlag is Given for the command line alone, which also wins over the
// environment where two different flags answer the same question.
func (o *Options) GivenByFlag(flag string) bool {
	return slices.ContainsFunc(o.given, func(s setting) bool { return s.flag.name == flag && !s.fromEnv })
}

// Arguments are the settings that the named command takes too, ready for a
// command line that goes on: --rate 2 --yes. Those named in except are left
// out. What the environment said is written as a flag, for who goes on may have
// another one; a secret alone has no flag. file spells the name of a file.
func (o *Options) Arguments(command string, file func(string) string, except ...string) []string {
	on := commandNamed(command).bit
	var args []string
	for _, s := range o.given {
		if s.fromEnv && s.flag.setEnv != nil || s.flag.on&on == 0 || slices.Contains(except, s.flag.name) {
			continue
		}
		if s.flag.name == "private-key-file" && o.login(new(bdk.Config)) != keyFile { // as a flag it would win over the token
			continue
		}
		if s.flag.offer == offerFiles || s.flag.offer == offerFolders {
			s.value = file(s.value)
		}
		switch {
		case !s.flag.takes() && isTrue(s.value):
			args = append(args, "--"+s.flag.name)
		case !s.flag.takes() || s.value[0] == '-':
			args = append(args, "--"+s.flag.name+"="+s.value)
		default:
			args = append(args, "--"+s.flag.name, s.value)
		}
	}
	return args
}

// defaultOptions are the defaults of the flag table.
func defaultOptions(table []Flag) (Options, error) {
	o := Options{
		MaxRemovals:   None,
		MaxGroupShare: None,
	}
	for _, f := range table {
		if f.def == "" {
			continue
		}
		if err := f.set(&o, f.def); err != nil {
			return o, fmt.Errorf("default of --%s: %w", f.name, err)
		}
	}
	return o, nil
}

// parseOptions reads the settings of a command line, and from the
// environment what the line leaves open.
func parseOptions(table []Flag, cmd *command, line []setting, getenv func(string) (string, bool)) (Options, error) {
	o, err := defaultOptions(table)
	if err != nil {
		return o, err
	}
	o.given = line
	for _, s := range line {
		if err := s.flag.set(&o, s.value); err != nil {
			return o, fmt.Errorf("--%s: %w", s.flag.name, err)
		}
	}
	for i := range table {
		f := &table[i]
		if f.env == "" || f.on&cmd.bit == 0 || o.Given(f.name) {
			continue
		}
		value, _ := getenv(f.env)
		if value == "" { // set to nothing is not set
			continue
		}
		set := f.set
		if f.setEnv != nil {
			set = f.setEnv
		}
		if err := set(&o, value); err != nil {
			return o, fmt.Errorf("environment variable %s: %w", f.env, err)
		}
		o.given = append(o.given, setting{f, value, true})
	}
	if o.MaxGroupShare != None {
		o.Preflight = true
	}
	return o, o.contradiction(cmd)
}

// contradiction names two flags that cannot both be meant.
func (o *Options) contradiction(cmd *command) error {
	switch {
	case o.GivenByFlag("private-key-file") && o.GivenByFlag("session-token-file"):
		return fmt.Errorf("--private-key-file and --session-token-file contradict each other: log in with one of them")
	case o.GID != "" && o.Column.GID != "":
		return fmt.Errorf("--gid and --column gid=%s contradict each other: with --gid the file has no gid column", o.Column.GID)
	case o.Simulate && cmd.name == "run" && o.GivenByFlag("pod-url"):
		return fmt.Errorf("--simulate and --pod-url contradict each other: the simulator is the pod")
	}
	return nil
}

func isTrue(value string) bool {
	on, err := truth(value)
	return err == nil && on
}
