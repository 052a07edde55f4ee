package main

import (
	"context"
	"fmt"
	"strings"
)

// shells are those that a completion script can be printed for.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// printCompletion is the command completion.
func printCompletion(_ context.Context, env *Env, _ Options, shell string) error {
	var script string
	switch shell {
	case "bash":
		script = bashCompletion()
	case "zsh":
		script = zshCompletion()
	case "fish":
		script = fishCompletion()
	case "powershell":
		script = powershellCompletion()
	default:
		return refuse("Write one of: "+strings.Join(shells(), ", "), "no completion for the shell %q", shell)
	}
	_, err := env.Stdout.Write([]byte(script))
	return err
}

func bashCompletion() string {
	var flags, values strings.Builder
	for _, c := range visible(commandTable()) {
		if c.bit == onCompletion {
			continue // it is offered shells
		}
		fmt.Fprintf(&flags, "    %s) flags='%s' ;;\n", c.name, strings.Join(longFlags(c.bit), " "))
	}
	for _, kind := range []struct {
		offer offer
		reply string
	}{
		{offerFiles, `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))`},
		{offerFolders, `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))`},
		{offerColumns, `compopt -o nospace 2>/dev/null; IFS=$' \n'; COMPREPLY=($(compgen -W 'gid= userId=' -- "$cur"))`},
		{offerNothing, `:`},
	} {
		fmt.Fprintf(&values, "    %s) %s; return ;;\n", strings.Join(valueFlags(kind.offer), "|"), kind.reply)
	}
	return fmt.Sprintf(`# bash completion for ibremove
_ibremove() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' flags='' word
  local IFS=$'\n'
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in %[1]s) command=$word; break ;; esac
  done
  case $prev in
%[3]s  esac
  case $command in
    '') IFS=$' \n'; COMPREPLY=($(compgen -W '%[4]s --help --version' -- "$cur")); return ;;
    completion) IFS=$' \n'; COMPREPLY=($(compgen -W '%[5]s' -- "$cur")); return ;;
%[2]s  esac
  case $cur in
    -*) IFS=$' \n'; COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
    *) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}
complete -F _ibremove ibremove
`, strings.Join(commandNames(), "|"), flags.String(), values.String(), strings.Join(commandNames(), " "), strings.Join(shells(), " "))
}

func zshCompletion() string {
	quote := func(s string) string {
		return strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(s)
	}
	var commands, cases strings.Builder
	for _, c := range visible(commandTable()) {
		fmt.Fprintf(&commands, "    '%s:%s'\n", c.name, quote(c.usage))
		fmt.Fprintf(&cases, "    %s)\n      _arguments \\\n", c.name)
		for _, f := range flagsOf(flagTable(), c.bit) {
			names, repeat := "--"+f.name, ""
			if f.many {
				repeat = "*"
			}
			action := map[offer]string{offerFiles: "_files", offerFolders: "_files -/", offerColumns: "(gid= userId=)"}[f.offer]
			if f.takes() {
				fmt.Fprintf(&cases, "        '%s%s=[%s]:%s:%s' \\\n", repeat, names, quote(f.help), quote(f.value), action)
			} else {
				fmt.Fprintf(&cases, "        '%s[%s]' \\\n", names, quote(f.help))
			}
		}
		action := "'1:file:_files'"
		switch c.operand {
		case "":
			action = "':'"
		case "SHELL":
			action = fmt.Sprintf("'1:shell:(%s)'", strings.Join(shells(), " "))
		}
		fmt.Fprintf(&cases, "        %s ;;\n", action)
	}
	return fmt.Sprintf(`#compdef ibremove
# zsh completion for ibremove
_ibremove() {
  local curcontext=$curcontext state line
  local -a commands=(
%s  )
  _arguments -C '--help[print help]' '--version[print the version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands; return ;;
  esac
  case $line[1] in
%s  esac
}
if [[ $funcstack[1] == _ibremove ]]; then _ibremove "$@"; else compdef _ibremove ibremove; fi
`, commands.String(), cases.String())
}

func fishCompletion() string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }
	var b strings.Builder
	names := strings.Join(commandNames(), " ")
	b.WriteString("# fish completion for ibremove\n")
	for _, c := range visible(commandTable()) {
		fmt.Fprintf(&b, "complete -c ibremove -f -n 'not __fish_seen_subcommand_from %s' -a %s -d %s\n", names, c.name, quote(c.usage))
	}
	for _, c := range visible(commandTable()) {
		when := fmt.Sprintf("-n '__fish_seen_subcommand_from %s'", c.name)
		switch c.operand {
		case "":
			fmt.Fprintf(&b, "complete -c ibremove -f %s\n", when)
		case "SHELL":
			fmt.Fprintf(&b, "complete -c ibremove -f %s -a %s\n", when, quote(strings.Join(shells(), " ")))
		}
		for _, f := range flagsOf(flagTable(), c.bit) {
			fmt.Fprintf(&b, "complete -c ibremove %s -l %s", when, f.name)
			if f.short != "" {
				fmt.Fprintf(&b, " -s %s", f.short)
			}
			b.WriteString(map[offer]string{offerFiles: " -r -F", offerFolders: " -x -a '(__fish_complete_directories)'", offerColumns: " -x -a 'gid= userId='"}[f.offer])
			if f.takes() && f.offer == offerNothing {
				b.WriteString(" -x")
			}
			fmt.Fprintf(&b, " -d %s\n", quote(f.help))
		}
	}
	return b.String()
}

func powershellCompletion() string {
	var flags strings.Builder
	for _, c := range visible(commandTable()) {
		fmt.Fprintf(&flags, "        '%s' = '%s'\n", c.name, strings.Join(longFlags(c.bit), " "))
	}
	return fmt.Sprintf(`# PowerShell completion for ibremove
Register-ArgumentCompleter -Native -CommandName ibremove -ScriptBlock {
    param($word, $line, $cursor)
    $flags = @{
%s    }
    $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    $command = $words | Where-Object { $flags.ContainsKey($_) } | Select-Object -First 1
    if (-not $command -or $command -eq $word) { $offers = -split '%s --help --version' }
    elseif ($word.StartsWith('-')) { $offers = -split $flags[$command] }
    elseif ($command -eq 'completion') { $offers = -split '%s' }
    else { return } # PowerShell offers files by itself
    $offers | Where-Object { $_ -like "$word*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`, flags.String(), strings.Join(commandNames(), " "), strings.Join(shells(), " "))
}

func commandNames() []string {
	var names []string
	for _, c := range visible(commandTable()) {
		names = append(names, c.name)
	}
	return names
}

// longFlags are the flags of a command as they are typed.
func longFlags(on commandSet) []string {
	var names []string
	for _, f := range flagsOf(flagTable(), on) {
		names = append(names, "--"+f.name)
	}
	return names
}

// valueFlags are the flags whose value is completed in one way.
func valueFlags(kind offer) []string {
	var names []string
	for _, f := range flagTable() {
		if f.takes() && f.offer == kind {
			names = append(names, "--"+f.name)
		}
	}
	return names
}
