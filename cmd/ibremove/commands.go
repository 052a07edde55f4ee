package main

import (
	"context"
	"slices"
)

// command is one row of the command table.
type command struct {
	name     string
	bit      commandSet
	operand  string // what it takes one of; empty: it takes none
	usage    string // one line
	about    string // what else to know, for --help and the manual
	examples []string
	hidden   bool
	run      func(ctx context.Context, env *Env, o Options, operand string) error
}

// commandTable holds the commands, in the order of a day's work.
func commandTable() []command {
	return []command{
		{
			name: "run", bit: onRun, operand: "FILE|-", run: run,
			usage: "check FILE, then remove its rows from their groups",
			about: "The whole file is read and checked before the first request. Each run leaves a directory with its report, beside the file. " +
				"A file with an unfinished run goes on with that run.",
			examples: []string{
				"ibremove run --simulate offboarding.csv",
				"ibremove run --pod-url https://acme.symphony.com --username ib-bot --private-key-file bot.pem offboarding.csv",
				"ibremove run --yes --quiet --preflight --verify --max-removals 5000 offboarding.csv",
			},
		},
		{
			name: "check", bit: onCheck, operand: "FILE|-", run: check,
			usage: "the same reading and plan, sends nothing that changes the pod",
			about: "It needs no pod unless --login or --preflight asks one. It asks nothing, makes no run directory and takes no lock.",
			examples: []string{
				"ibremove check offboarding.csv",
				"ibremove check --login --preflight offboarding.csv",
			},
		},
		{
			name: "resume", bit: onResume, operand: "RUN-DIR|FAILURES.csv", run: resume,
			usage: "finish an interrupted run, or run a failure report again",
			about: "Rows that have an outcome are not sent again. Rows whose outcome is not known are looked up before anything is sent.",
			examples: []string{
				"ibremove resume offboarding.20260930T020000Z-1f2e3d4c",
				"ibremove resume offboarding.20260930T020000Z-1f2e3d4c/failures.csv",
			},
		},
		{
			name: "verify", bit: onVerify, operand: "RUN-DIR|REPORT.csv", run: verify,
			usage: "read the live membership: who in the report is still a member?",
			about: "It changes nothing. People who should be out and are not are listed in verify.csv.",
			examples: []string{
				"ibremove verify offboarding.20260930T020000Z-1f2e3d4c",
			},
		},
		{
			name: "undo", bit: onUndo, operand: "RUN-DIR", run: undo,
			usage: "add back exactly the members which that run removed",
			about: "It is a run of its own, with the same guards. Only rows that the pod itself called removed are added back.",
			examples: []string{
				"ibremove undo offboarding.20260930T020000Z-1f2e3d4c",
			},
		},
		{
			name: "simulate", bit: onSimulate, run: simulate,
			usage: "serve a pod simulator on loopback",
			about: "It prints its address and a session token on stdout, and serves until it is stopped. The switches for --set: " + switches() + ".",
			examples: []string{
				"ibremove simulate --addr 127.0.0.1:8080 --seed offboarding.csv",
			},
		},
		{
			name: "completion", bit: onCompletion, operand: "SHELL", run: printCompletion,
			usage: "print the completion script for bash, zsh, fish or powershell",
			examples: []string{
				"ibremove completion bash > /etc/bash_completion.d/ibremove",
				`ibremove completion zsh > "${fpath[1]}/_ibremove"`,
				"ibremove completion fish > ~/.config/fish/completions/ibremove.fish",
				"ibremove completion powershell >> $PROFILE",
			},
		},
		{
			name: "man", bit: onMan, hidden: true, run: printManual,
			usage: "print the manual page",
		},
	}
}

// commandNamed finds a command; nil: there is none of that name.
func commandNamed(name string) *command {
	table := commandTable()
	i := slices.IndexFunc(table, func(c command) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &table[i]
}

// visible are the commands that people are told of.
func visible(table []command) []command {
	return slices.DeleteFunc(slices.Clone(table), func(c command) bool { return c.hidden })
}

// flagsOf are the flags that a command takes.
func flagsOf(table []Flag, on commandSet) []Flag {
	return slices.DeleteFunc(slices.Clone(table), func(f Flag) bool { return f.on&on == 0 })
}
