package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"ibremove/batch"
	"ibremove/report"
)

// undo adds back those whom the run in dir removed by the pod's own word.
func undo(ctx context.Context, env *Env, o Options, dir string) error {
	j := newJob(env, &o, "undo")
	defer j.close()
	if err := j.connectTo(); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = noRecord(dir)
	}
	if err != nil {
		return refuse("give the directory of a run.", "%w", err)
	}
	e, err := openRun(dir)
	if err != nil {
		return err
	}
	if e.header.Op() == batch.Add {
		return refuse("to remove them again, run the first input with ibremove run --again.", "run %s is an undo itself", e.header.RunID)
	}
	if err := e.contradiction(&o, j.target.pod); err != nil {
		return err
	}
	runsDir, err := besides(dir)
	if err != nil {
		return err
	}
	if err := j.begin(j.newRunsDir(runsDir)); err != nil {
		return err
	}
	if err := j.lockToo(runsDir); err != nil { // it may still be removing
		return err
	}
	if e, err = openRun(dir); err != nil {
		return err
	}
	if err := j.stage(); err != nil {
		return err
	}
	n, err := j.takeRestorable(e)
	if err != nil {
		return err
	}
	if rest := leftAlone(n); rest != "" {
		j.term.Say(rest)
	}
	if n.Rows == 0 {
		return j.nothing(e, fmt.Sprintf("Nothing to add back: run %s removed nobody by the pod's own word.", e.header.RunID))
	}
	return j.takeUp(ctx)
}

// takeRestorable makes the undo's input from the run's own record.
func (j *job) takeRestorable(e *earlier) (n report.Restorable, err error) {
	of, err := replayed(e)
	if err != nil {
		return n, err
	}
	j.op, j.name, j.undoOf, j.preflightOf = batch.Add, e.header.Input.Name, e.header.RunID, e.header.Preflight
	path := j.staging.Path(report.InputFile)
	_, _, err = report.Publish(j.disk, path, 0o600, func(w io.Writer) error {
		return of.read(func(r *batch.Reader) (err error) {
			n, err = report.WriteRestorable(w, r, of.ledger, e.header.RunID)
			return err
		})
	})
	if err != nil {
		return n, noRoom(err)
	}
	if n.Rows == 0 {
		return n, nil
	}
	j.in, err = readInPlace(path, of.layout, batch.CheckOptions{})
	if err == nil {
		j.in.path = e.dir
	}
	return n, err
}

// leftAlone counts and names the rows that an undo does not touch.
func leftAlone(n report.Restorable) string {
	var parts []string
	if n.Reconciled > 0 {
		parts = append(parts, count(n.Reconciled, "row")+" reconciled (found out of the group after a lost answer: whether this run removed them is not known)")
	}
	if n.Unknown > 0 {
		parts = append(parts, count(n.Unknown, "row")+" whose outcome is not known (resume that run first)")
	}
	if n.Others > 0 {
		parts = append(parts, count(n.Others, "row")+" that this run did not remove")
	}
	if len(parts) == 0 {
		return ""
	}
	return "Left alone: " + strings.Join(parts, "; ") + "."
}
