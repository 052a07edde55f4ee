package main

import (
	"path/filepath"
	"strings"

	"ibremove/batch"
	"ibremove/report"
)

// goOn is the command that goes on with the run, or runs its failures again.
func (j *job) goOn(flags ...string) string { return j.resumeLine(j.dir, flags...) }

// lookAgain is the command that makes a verification anew.
func (j *job) lookAgain() string {
	return shellLine(append(append([]string{"ibremove", "verify"}, j.arguments("verify")...), j.absolute(j.dir))...)
}

// correct is the command that runs a failure report that somebody corrected.
// The file alone does not tell its columns, as a run's journal does.
func (j *job) correct(flags ...string) string {
	return j.resumeLine(j.file(report.FailuresFile), append(flags, columnFlags(j.in.layout)...)...)
}

// checkFirst names the command that checks what this one would run. The copy
// of a run that goes on, and of an undo, is no file of the operator's.
func (j *job) checkFirst() string {
	if j.op == batch.Add || j.staging == nil || j.in.path == "-" {
		return "."
	}
	words := append(append([]string{"ibremove", "check"}, j.arguments("check")...), columnFlags(j.in.layout)...)
	return "; check it first with:\n  " + shellLine(append(words, j.absolute(j.in.path))...)
}

// onFile is a command about a file, whatever that is called.
func onFile(command, path string) string {
	if strings.HasPrefix(path, "-") {
		path = "." + string(filepath.Separator) + path
	}
	return shellLine("ibremove", command, path)
}

// columnFlags are the flags that say what l says.
func columnFlags(l batch.Layout) (flags []string) {
	for _, flag := range [][2]string{{"--gid", l.GID}, {"--column", prefixed("gid=", l.GIDColumn)}, {"--column", prefixed("userId=", l.UserIDColumn)}} {
		if flag[1] != "" {
			flags = append(flags, flag[0], flag[1])
		}
	}
	return flags
}

// resumeLine has every flag that this line had, its guards too: what they were
// to prevent may not have been looked at yet. What the run is, its journal
// tells.
func (j *job) resumeLine(path string, flags ...string) string {
	words := append([]string{"ibremove", "resume"}, j.arguments("resume")...)
	return shellLine(append(append(words, flags...), j.absolute(path))...)
}

// arguments are the flags of this command line that command takes too, but for
// those that say what the run is. Files are named from the root: the command
// may be given in another folder.
func (j *job) arguments(command string) []string {
	except := []string{"again", "gid", "column"}
	if j.op == batch.Add {
		except = append(except, "max-group-share")
	}
	return j.o.Arguments(command, j.absolute, except...)
}

func (j *job) absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(j.env.Dir, path)
}

func prefixed(prefix, name string) string {
	if name == "" {
		return ""
	}
	return prefix + name
}
