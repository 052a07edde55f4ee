package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
)

// Main runs one command line and returns the exit code. The first signal
// cancels the command's context with an Interrupted as its cause, and waits:
// the command drains what is in flight. The second one returns at once.
func Main(ctx context.Context, env *Env) int {
	env.Terminal = newTerminal(env)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	done := make(chan int, 1)
	go func() { done <- dispatch(ctx, env) }()
	select {
	case code := <-done:
		return code
	case s := <-env.Signals:
		cancel(Interrupted{s})
		env.Terminal.Say("Stopping. A second signal quits at once.")
	}
	select {
	case code := <-done:
		return code
	case s := <-env.Signals:
		env.Terminal.close()
		args, _ := splitArgs(flagTable(), env.Args)
		return finish(env, args.json, &exitError{
			code: Interrupted{s}.exitCode(),
			err:  errors.New("stopped at once, by a second signal"),
			hint: "A run that was under way can be resumed: give the same command again.",
		})
	}
}

// dispatch finds the command and runs it. A panic in it ends here.
func dispatch(ctx context.Context, env *Env) (code int) {
	defer func() {
		if recover() != nil {
			code = finish(env, false, crashed())
		}
	}()
	table := flagTable()
	args, err := splitArgs(table, env.Args)
	switch {
	case err != nil:
		return finish(env, args.json, usage(err))
	case args.version:
		_, err := fmt.Fprintln(env.Stdout, env.Build)
		return finish(env, args.json, err)
	}
	line, err := commandLine(&args)
	if err != nil {
		return finish(env, args.json, usage(err))
	}
	return finish(env, args.json, newApp(env, table, &args).RunContext(ctx, line))
}

// commandLine checks the command and its operand, and writes the line as cli
// wants it: flags first. Flags are settled already; of them only the wish for
// help is passed on.
func commandLine(args *arguments) ([]string, error) {
	line := []string{"ibremove"}
	if args.command == "help" {
		args.help = true
		args.command, args.operands = "", args.operands[:min(1, len(args.operands))]
		if len(args.operands) > 0 {
			args.command = args.operands[0]
		}
	}
	if args.command == "run" && args.dryRun() {
		args.command = "check"
	}
	if args.command == "" {
		if !args.help {
			return nil, refuse("ibremove --help lists the commands. To begin: ibremove check FILE", "no command is given")
		}
		return append(line, "--"+flagHelp), nil
	}
	cmd := commandNamed(args.command)
	if cmd == nil {
		return nil, unknownCommand(args.command)
	}
	line = append(line, cmd.name)
	if args.help {
		return append(line, "--"+flagHelp), nil
	}
	for _, s := range args.settings {
		if s.flag.on&cmd.bit == 0 {
			return nil, refuse(fmt.Sprintf("ibremove %s --help lists its flags.", cmd.name),
				"%s takes no --%s; it belongs to %s", cmd.name, s.flag.name, takers(s.flag))
		}
	}
	return append(append(line, "--"), args.operands...), cmd.accepts(args.operands)
}

// accepts checks the number of operands.
func (c *command) accepts(operands []string) error {
	example := fmt.Sprintf("Write: ibremove %s [flags] %s", c.name, c.operand)
	what, _, _ := strings.Cut(c.operand, "|")
	switch {
	case c.operand == "" && len(operands) > 0:
		return refuse("", "%s takes no file, and %q is given", c.name, operands[0])
	case c.operand == "":
		return nil
	case len(operands) == 0:
		return refuse(example, "%s needs a %s, and none is given", c.name, what)
	case len(operands) > 1:
		return refuse(example, "%s takes one %s, and %q follows %q (a name with spaces needs quotes)", c.name, what, operands[1], operands[0])
	case operands[0] == "":
		return refuse(example, "the name of the %s is empty", what)
	}
	return nil
}

// newApp is the command table as cli takes it: cli finds the command and
// prints help, and neither exits nor writes anything else.
func newApp(env *Env, table []Flag, args *arguments) *cli.App {
	app := &cli.App{
		Name:                  "ibremove",
		Usage:                 "remove people from Symphony Information Barrier groups in bulk",
		Description:           appExamples(),
		HideHelp:              true, // ours is in the table
		HideVersion:           true,
		Flags:                 []cli.Flag{helpFlag()},
		Writer:                env.Stdout,
		ErrWriter:             env.Stderr,
		CustomAppHelpTemplate: appHelp + exitCodesHelp(),
		ExitErrHandler:        func(*cli.Context, error) {}, // finish does
		OnUsageError:          func(_ *cli.Context, err error, _ bool) error { return usage(err) },
	}
	for _, c := range commandTable() {
		app.Commands = append(app.Commands, &cli.Command{
			Name:               c.name,
			Usage:              c.usage,
			UsageText:          strings.TrimSpace("ibremove " + c.name + " [flags] " + c.operand),
			Description:        c.description(),
			Hidden:             c.hidden,
			HideHelp:           true,
			Flags:              cliFlags(flagsOf(table, c.bit)),
			CustomHelpTemplate: commandHelp,
			Action: func(cc *cli.Context) error {
				o, err := parseOptions(table, &c, args.settings, env.Getenv)
				if err != nil {
					return usage(err)
				}
				env.Terminal.SetQuiet(o.Quiet)
				return c.run(cc.Context, env, o, cc.Args().First())
			},
		})
	}
	return app
}

// usage makes an error a refusal, unless it is one.
func usage(err error) error {
	if _, ok := errors.AsType[*exitError](err); ok {
		return err
	}
	return &exitError{code: exitRefused, err: err}
}

func unknownCommand(name string) error {
	var names []string
	for _, c := range visible(commandTable()) {
		names = append(names, c.name)
	}
	hint := "ibremove --help lists the commands."
	if meant := closest(name, names); meant != "" {
		hint = fmt.Sprintf("Did you mean: ibremove %s?", meant)
	} else if strings.ContainsAny(name, "./"+string(os.PathSeparator)) {
		hint = "Did you mean: " + onFile("run", name) + "?"
	}
	return refuse(hint, "unknown command %q", name)
}

// takers names the commands that take f.
func takers(f *Flag) string {
	var names []string
	for _, c := range visible(commandTable()) {
		if f.on&c.bit != 0 {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ", ")
}
