package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"ibremove/batch"
	"ibremove/report"
)

// resume goes on with the run in a directory, or runs a failure report again.
func resume(ctx context.Context, env *Env, o Options, path string) error {
	j := newJob(env, &o, "resume")
	defer j.close()
	if err := j.connectTo(); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return refuse("give a run directory, or its failures.csv.", "%w", err)
	}
	if !info.IsDir() {
		return j.runFile(ctx, path, filepath.Dir(path), layoutOf(&o))
	}
	e, err := openRun(path)
	if err != nil {
		return err
	}
	if err := e.contradiction(&o, j.target.pod); err != nil {
		return err
	}
	if e.finished {
		return j.runFailures(ctx, e)
	}
	if err := j.begin(filepath.Dir(filepath.Clean(path))); err != nil {
		return err
	}
	// It may have gone on, and come to its end, until the lock was ours.
	if e, err = openRun(path); err != nil {
		return err
	}
	if err := j.goOnWith(e); err != nil {
		return err
	}
	return j.execute(ctx)
}

// runFailures starts a new run of what a finished one left.
func (j *job) runFailures(ctx context.Context, e *earlier) error {
	if _, err := loadCopy(e, layoutIn(e), batch.CheckOptions{}); err != nil {
		return err
	}
	failures := filepath.Join(e.dir, report.FailuresFile)
	if _, err := os.Stat(failures); errors.Is(err, fs.ErrNotExist) {
		return j.nothing("Nothing is left to do in run " + e.header.RunID + ": every row is done.")
	}
	j.op = e.header.Op()
	return j.runFile(ctx, failures, filepath.Dir(filepath.Clean(e.dir)), layoutIn(e))
}

func layoutIn(e *earlier) batch.Layout {
	return batch.Layout{GID: e.header.GID, GIDColumn: e.header.GIDColumn, UserIDColumn: e.header.UserIDColumn}
}
