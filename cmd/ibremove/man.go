package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// printManual is the hidden command man: the page ibremove(1) as roff, from
// the same tables as --help. Packages install it.
func printManual(_ context.Context, env *Env, _ Options, _ string) error {
	_, err := io.WriteString(env.Stdout, manual(env.Build))
	return err
}

func manual(build Build) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH IBREMOVE 1 \"\" %q \"User Commands\"\n", "ibremove "+build.Number())
	b.WriteString(".SH NAME\nibremove \\- remove people from Symphony Information Barrier groups in bulk\n")
	b.WriteString(".SH SYNOPSIS\n.B ibremove\n.I command\n[\\fIflags\\fR] \\fIfile\\fR\n")
	b.WriteString(".SH DESCRIPTION\n" + roff("It reads a CSV file of gid,userId rows, removes the users from the groups, "+
		"and writes a report with exactly one outcome for each row.") + "\n")

	b.WriteString(".SH EXAMPLES\n.nf\n")
	for _, c := range visible(commandTable()) {
		for _, example := range c.examples {
			b.WriteString(roff(example) + "\n")
		}
	}
	b.WriteString(".fi\n.SH COMMANDS\n")
	for _, c := range visible(commandTable()) {
		fmt.Fprintf(&b, ".TP\n%s\n%s\n", strings.TrimSpace(`\fB`+c.name+`\fR [flags] `+roff(c.operand)), roff(strings.TrimSpace(sentence(c.usage)+" "+c.about)))
	}
	b.WriteString(".SH OPTIONS\nFlags win over the environment, which wins over the configuration. " +
		"A switch in the environment is on with 1, true, yes or on.\n")
	for _, group := range []string{groupConnection, groupInput, groupLimits, groupOutput, groupPace, groupSimulator} {
		fmt.Fprintf(&b, ".SS %s\n", roff(group))
		for _, f := range flagTable() {
			if f.group == group {
				fmt.Fprintf(&b, ".TP\n\\fB%s\\fR\n%s\n", roff(f.usage()), roff(strings.TrimSpace(sentence(f.help)+" "+f.notes())))
			}
		}
	}
	b.WriteString(".SH EXIT STATUS\n")
	for _, c := range exitCodes() {
		fmt.Fprintf(&b, ".TP\n%d\n%s\n", c.code, roff(sentence(c.meaning)))
	}
	return b.String()
}

// roff escapes a text: no letter of it is a command.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "'", `\(aq`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
