package main

import (
	"flag"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// How wide the texts of --help are, and where their second column begins.
const (
	helpWidth  = 80
	helpColumn = 30
)

// appHelp and commandHelp are templates of cli's.
const appHelp = `ibremove - {{.Usage}}

Usage: ibremove COMMAND [flags] FILE

{{.Description}}
Commands:
{{range .VisibleCommands}}  {{printf "%-12s" .Name}}{{.Usage}}
{{end}}
ibremove COMMAND --help tells the flags of a command.
ibremove --version tells the version, the commit and the build date.
`

const commandHelp = `Usage: {{.UsageText}}

{{.Description}}{{range .VisibleFlagCategories}}
{{.Name}}:
{{range .Flags}}{{.}}{{end}}{{end}}`

// appExamples are the first steps.
func appExamples() string {
	var b strings.Builder
	b.WriteString("Examples:\n")
	for _, example := range []string{
		"ibremove run --simulate offboarding.csv",
		"ibremove check offboarding.csv",
		"ibremove run --config ~/.symphony/config.yaml offboarding.csv",
	} {
		b.WriteString("  " + example + "\n")
	}
	return b.String()
}

// exitCodesHelp tells the exit codes.
func exitCodesHelp() string {
	var b strings.Builder
	b.WriteString("\nExit codes:\n")
	for _, c := range exitCodes() {
		fmt.Fprintf(&b, "  %3d  %s\n", c.code, wrap(c.meaning, 7))
	}
	return b.String()
}

// description is what a command's help says before its flags.
func (c *command) description() string {
	var b strings.Builder
	if len(c.examples) > 0 {
		b.WriteString("Examples:\n")
		for _, example := range c.examples {
			b.WriteString("  " + example + "\n")
		}
		b.WriteString("\n")
	}
	about := sentence(c.usage) + " " + c.about
	if c.bit&onPod != 0 {
		about += " Flags win over the environment, which wins over the configuration. " +
			"A switch in the environment is on with 1, true, yes or on."
	}
	return b.String() + wrap(about, 0) + "\n"
}

// cliFlag is a row of the flag table as cli prints it. Only help is parsed by
// cli too: all others are settled before.
type cliFlag struct{ Flag }

func cliFlags(table []Flag) []cli.Flag {
	flags := make([]cli.Flag, len(table))
	for i, f := range table {
		flags[i] = cliFlag{f}
	}
	return flags
}

func helpFlag() cli.Flag { return cliFlag{Flag{name: flagHelp}} }

func (f cliFlag) Apply(set *flag.FlagSet) error {
	if f.name == flagHelp {
		set.Bool(f.name, false, f.help)
	}
	return nil
}

func (f cliFlag) Names() []string     { return []string{f.name} }
func (f cliFlag) IsSet() bool         { return false }
func (f cliFlag) IsVisible() bool     { return true }
func (f cliFlag) GetCategory() string { return f.group }

// String is the flag's paragraph in the help.
func (f cliFlag) String() string {
	usage := fmt.Sprintf("  %-*s", helpColumn-2, f.usage())
	return usage + wrap(strings.TrimSpace(f.help+" "+f.notes()), helpColumn) + "\n"
}

// wrap breaks a text into lines of helpWidth, all but the first indented.
func wrap(text string, indent int) string {
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > helpWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// sentence makes one of a phrase.
func sentence(phrase string) string {
	s := strings.ToUpper(phrase[:1]) + phrase[1:]
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
