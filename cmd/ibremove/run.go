package main

import (
	"context"
	"path/filepath"

	"ibremove/batch"
	"ibremove/report"
)

// run reads FILE, and removes its rows from their groups. A file that has an
// unfinished run goes on with it.
func run(ctx context.Context, env *Env, o Options, file string) error {
	j := newJob(env, &o, "run")
	defer j.close()
	if err := j.connectTo(); err != nil {
		return err
	}
	return j.runFile(ctx, file, folderOf(file), layoutOf(&o))
}

// runFile is a run of a file that somebody gave.
func (j *job) runFile(ctx context.Context, file, runsDir string, l batch.Layout) error {
	src, err := openInput(ctx, j.env, file)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	if err := j.begin(j.newRunsDir(runsDir)); err != nil {
		return err
	}
	if err := j.stage(); err != nil {
		return err
	}
	j.name = report.RunName(file)
	in, err := takeInput(j.disk, src, file, j.staging.Path(report.InputFile), l, batch.CheckOptions{Strict: j.o.Strict})
	if err := cutShort(ctx, file); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	j.in = in
	if err := j.fits(); err != nil {
		return err
	}
	return j.takeUp(ctx)
}

// fits refuses a report of ours that this command or this pod is not for.
func (j *job) fits() error {
	if !j.in.census.IsReport {
		if j.command == "resume" {
			return refuse("start with: "+onFile("run", j.in.path), "%s is no report of ours: it has no result_ columns", j.in.path)
		}
		return nil
	}
	op, ok := operationOf(j.in.census)
	if j.from == nil && j.in.path != "-" {
		j.from = runOf(j.in.path)
	}
	if j.from != nil {
		if j.from.header.Op() == batch.Add { // whatever a spreadsheet has left of its columns
			op = batch.Add
		}
		if err := j.from.sameColumns(j.in); err != nil {
			return err
		}
	}
	switch {
	case !ok:
		return refuse("run the rows of each in a file of its own.", "%s is about a removal and about an undo", j.in.path)
	case op == batch.Add && j.command != "resume":
		return refuse("go on adding back with: "+onFile("resume", j.in.path),
			"%s is the report of an undo: run would remove the members again", j.in.path)
	}
	j.op = op
	if j.target != nil && j.pod == nil && (j.command == "resume" || j.in.census.Kept > 0 || j.in.ledger.Doubtful() > 0) {
		return samePod(j.in, j.target.pod)
	}
	return nil
}

// takeUp goes on with an unfinished run of the same input, refuses a finished
// one, and otherwise begins.
func (j *job) takeUp(ctx context.Context) error {
	if j.pod != nil { // a pod of its own: no earlier run was on it
		return j.execute(ctx)
	}
	e, err := j.findEarlier(j.runsDir)
	if err != nil {
		return err
	}
	if e == nil {
		if err := j.elsewhere(); err != nil {
			return err
		}
		return j.execute(ctx)
	}
	switch {
	case !e.finished():
		if err := j.goOnWith(e); err != nil {
			return err
		}
	case !j.o.Again:
		return j.already(e)
	}
	return j.execute(ctx)
}

// elsewhere refuses the failures of a run that are being run, or were, in the
// other place where they may be: beside the run, or beside its failures.csv.
func (j *job) elsewhere() error {
	if j.from == nil {
		return nil
	}
	beside, err := besides(j.from.dir)
	if err != nil {
		return err
	}
	if err := j.lockToo(beside); err != nil {
		return err
	}
	for _, dir := range []string{beside, j.from.dir} {
		e, err := j.findEarlier(dir)
		switch {
		case err != nil:
			return err
		case e == nil:
		case !e.finished():
			return refuse("go on with it:\n  "+j.resumeLine(e.dir), "run %s of the same rows has not finished; nothing was sent", e.header.RunID)
		case !j.o.Again:
			return j.already(e)
		}
	}
	return nil
}

func (j *job) already(e *earlier) error {
	hint := "run its failures again with:\n  " + j.resumeLine(e.dir) + "\nor run the whole file again with --again."
	if e.end.ExitCode == exitDone {
		hint = "every row is done; run the whole file again with --again."
	}
	return refuse(hint, "%s: run %s has finished this file already (%s); nothing was sent", j.in.name(), e.header.RunID, oneLine(e.dir))
}

func folderOf(file string) string {
	if file == "-" {
		return "."
	}
	return filepath.Dir(file)
}
