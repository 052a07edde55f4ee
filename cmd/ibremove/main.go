// Command ibremove removes people from Symphony Information Barrier groups in
// bulk: it reads a CSV of gid,userId rows, sends them in paced requests, and
// reports exactly one outcome for each row.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// Set at build time: -ldflags "-X main.version=1.2.3 -X main.commit=… -X main.date=…".
var version, commit, date string

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	log.SetOutput(io.Discard)      // net/http tells there what it could not make sense of: it may be a token
	signal.Ignore(syscall.SIGPIPE) // who reads its words may go: the run comes to its report all the same
	os.Exit(Main(context.Background(), hostEnv(signals)))
}

// hostEnv is the process as Main is to see it. A folder that cannot be told
// is left empty, and missed by those who need it.
func hostEnv(signals <-chan os.Signal) *Env {
	dir, _ := os.Getwd()
	home, _ := os.UserHomeDir()
	return &Env{
		Args:    os.Args[1:],
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Getenv:  os.LookupEnv,
		Now:     time.Now,
		Dir:     dir,
		Home:    home,
		Console: hostConsole(),
		Signals: signals,
		Build:   hostBuild(),
	}
}

// hostBuild prefers what the linker was told to what Go stamped.
func hostBuild() Build {
	b := Build{Version: version, Commit: commit, Date: date}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" && info.Main.Version != "(devel)" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && b.Commit == "":
			b.Commit = s.Value
		case s.Key == "vcs.time" && b.Date == "":
			b.Date = s.Value
		}
	}
	return b
}
