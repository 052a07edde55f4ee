package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ibremove/batch"
	"ibremove/podclient"
	"ibremove/podclient/podtest"
	"ibremove/report"
)

// job is one life of one run, from its file to its report:
//
//  1. begin takes the lock of the runs directory, and the caller reads the file into a staging
//     directory or finds the run to go on with.
//  2. execute logs in, looks before it sends (preflight, guards), shows the
//     plan and asks.
//  3. The run directory gets its name, the journal its header, and the
//     dispatcher goes to work.
//  4. conclude publishes the report, and says what came of it.
type job struct {
	env     *Env
	o       *Options
	term    *Terminal
	disk    report.Disk
	command string

	op     batch.Operation
	target *target
	pod    *podtest.Pod // the simulator; nil: a real pod
	name   string       // of the input, in the directory's name
	undoOf string
	from   *earlier // the run whose failures are run again; nil: none
	// preflightOf: the run that is undone had looked who was a member.
	preflightOf bool
	looked      bool // at all members of each group, before anything is sent

	runsDir string
	lock    *report.Lock
	staging *report.Staging // nil: an earlier run goes on
	in      *input
	began   time.Time // the run
	woke    time.Time // this life of it
	before  []string  // accounts of its earlier lives, one after the other

	dir     string // of the run, once it has its name
	runID   string
	journal *report.Journal
	log     *requestLog

	client       *podclient.Client
	d            *batch.Dispatcher
	stop         context.CancelCauseFunc
	states       []batch.GroupState // of a preflight
	names        map[string]string  // of groups
	missed       error              // why some of what an earlier life left unknown had no turn
	verification *batch.Verification
	unasked      int  // accounts whose status was not looked up
	moreRefused  bool // than are looked up at all
	onClose      []func()
}

func newJob(env *Env, o *Options, command string) *job {
	return &job{env: env, o: o, term: env.Terminal, disk: hostDisk(), command: command, began: env.Now(), woke: env.Now(), log: new(requestLog)}
}

// begin takes the runs directory for this process.
func (j *job) begin(runsDir string) error {
	j.runsDir = runsDir
	if runsDir == j.o.RunsDir {
		if err := os.MkdirAll(runsDir, 0o700); err != nil {
			return refuse("choose a folder that can be made and written to with --runs-dir.", "--runs-dir: %w", err)
		}
		_ = j.disk.SyncDir(filepath.Dir(runsDir)) // where it cannot be synced, the journal will tell
	}
	lock, err := report.TakeLock(j.disk, runsDir, report.Holder{PID: os.Getpid(), Since: j.began})
	if locked, ok := errors.AsType[*report.LockedError](err); ok {
		return heldByAnother(locked)
	}
	if err != nil {
		return refuse("choose a folder that can be written to with --runs-dir.", "%w", err)
	}
	j.lock = lock
	return nil
}

// lockToo takes the lock of another runs directory, so that the run in it
// whose rows these are does not go on meanwhile. Where no lock can be made, as
// on a medium that is only read, none can go on.
func (j *job) lockToo(runsDir string) error {
	if same(runsDir, j.runsDir) {
		return nil
	}
	lock, err := report.TakeLock(j.disk, runsDir, report.Holder{PID: os.Getpid(), Since: j.began})
	if locked, ok := errors.AsType[*report.LockedError](err); ok {
		return heldByAnother(locked)
	}
	if err == nil {
		j.onClose = append(j.onClose, func() { _ = lock.Unlock() })
	}
	return nil
}

func heldByAnother(locked *report.LockedError) error {
	return &exitError{code: exitLocked, err: locked, hint: "give the same command again when that has ended."}
}

func same(a, b string) bool {
	first, err1 := os.Stat(a)
	second, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(first, second)
}

// newRunsDir is where a new run is made: beside is the default.
func (j *job) newRunsDir(beside string) string {
	if j.o.RunsDir != "" {
		return j.o.RunsDir
	}
	return beside
}

// nothing ends a command that finds nothing to do in an earlier run.
func (j *job) nothing(e *earlier, text string) error {
	if j.o.Quiet {
		return nil
	}
	if j.o.Verify {
		j.term.Say("--verify looks at what a run has sent, and nothing was. To look at that run:\n  " + onFile("verify", j.absolute(e.dir)))
	}
	if j.o.JSON {
		now := j.env.Now().UTC().Truncate(time.Millisecond)
		return &exitError{summary: &report.Summary{RunID: e.header.RunID, Version: j.env.Build.Number(), Status: report.StatusDone, StartedAt: now, FinishedAt: now,
			Pod: j.target.pod, Username: j.target.username, Counts: report.Counts{Operation: j.op},
			Requests: j.log.counted(), Options: j.options(), Outputs: map[string]report.Output{}}}
	}
	return j.term.Print(text + "\n")
}

// stage makes the place where the input is copied to.
func (j *job) stage() (err error) {
	if j.staging, err = report.Stage(j.disk, j.runsDir); err != nil {
		return refuse("choose a folder that can be written to with --runs-dir.", "%w", err)
	}
	return nil
}

// close lets go of everything; what was only staged is gone.
func (j *job) close() {
	j.log.close()
	for _, f := range j.onClose {
		f()
	}
	if j.journal != nil {
		_ = j.journal.Close()
	}
	if j.staging != nil {
		_ = j.staging.Discard()
	}
	if j.lock != nil {
		_ = j.lock.Unlock()
	}
}

// connectTo settles which pod is asked: the one that flags and configuration
// name, or a simulator of this run's own.
func (j *job) connectTo() (err error) {
	if !j.o.Simulate {
		j.target, err = newTarget(j.env, j.o)
		return err
	}
	return j.ownSimulator()
}

// execute runs what is open in the ledger.
func (j *job) execute(parent context.Context) error {
	var ctx context.Context
	ctx, j.stop = context.WithCancelCause(parent)
	defer j.stop(nil)
	if j.o.MaxDuration > 0 {
		over := &batch.Stop{Reason: batch.StopDeadline, Err: fmt.Errorf("--max-duration %s is over", j.o.MaxDuration)}
		defer time.AfterFunc(j.o.MaxDuration, func() { j.stop(over) }).Stop()
	}
	if j.pod != nil {
		seedFromLedger(j.pod, j.in.ledger)
	}
	if !j.o.Preflight { // with it, who is out already does not count
		if err := j.refuseRemovals(); err != nil {
			return err
		}
	}
	consent := j.o.Yes || j.o.Simulate
	if !consent && !j.term.CanAsk(j.in.path == "-") {
		j.tellPlan()
		return refuse("give --yes to run it without being asked"+j.checkFirst(), "there is no terminal to ask on, and no --yes: nothing was sent")
	}
	if err := j.space(); err != nil {
		return err
	}
	if err := j.tryMetrics(); err != nil {
		return err
	}
	if err := j.connect(); err != nil {
		return err
	}
	boundGarbage(j.in.ledger.Size())
	learnt := new(buffered)
	j.d.Recorder = learnt
	if err := j.look(ctx); err != nil {
		return err
	}
	if stopped := batch.Stopped(ctx); stopped != nil && !consent {
		return stopError(stopped)
	}
	if j.in.path == "-" && j.staging != nil && parent.Err() != nil { // it may have ended the pipe first
		return cutShort(parent, j.in.path)
	}
	if !consent {
		j.term.SetQuiet(false) // who is asked has to see what
	}
	j.tellPlan()
	j.term.SetQuiet(j.o.Quiet)
	if !consent {
		yes, err := j.term.Ask(ctx, j.question(), j.in.path == "-")
		if err != nil || !yes {
			return declined(err)
		}
	}
	if err := j.commit(learnt); err != nil {
		return err
	}
	j.work(ctx, parent)
	return j.conclude(ctx, parent)
}

// look logs in and reads what the guards want to know. It changes nothing on
// the pod. A stop is the cause of ctx; an error is a refusal.
func (j *job) look(ctx context.Context) error {
	loggedIn := j.d.Line.Login(ctx) == nil
	if !loggedIn || !j.o.Preflight {
		return nil
	}
	j.term.Say("Reading the members of " + count(j.in.ledger.Groups(), "group") + " …")
	j.readNames(ctx)
	j.states = j.d.Preflight(ctx)
	var err error
	if j.looked = batch.Stopped(ctx) == nil; j.looked {
		if err = j.refuseRemovals(); err == nil {
			err = j.refuseShares()
		}
	}
	return err
}
