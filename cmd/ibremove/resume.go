package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
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
	runsDir, err := besides(path)
	if err != nil {
		return err
	}
	e, err := openRun(path)
	if err != nil {
		return err
	}
	if err := e.contradiction(&o, j.target.pod); err != nil {
		return err
	}
	if e.finished() {
		return j.runFailures(ctx, e, runsDir)
	}
	if err := j.begin(runsDir); err != nil {
		return err
	}
	// It may have gone on, and come to its end, until the lock was ours.
	if e, err = openRun(path); err != nil {
		return err
	}
	if e.finished() {
		return refuse("run its failures again with:\n  "+j.resumeLine(e.dir), "run %s has come to its end meanwhile; nothing was sent", e.header.RunID)
	}
	if err := j.goOnWith(e); err != nil {
		return err
	}
	return j.execute(ctx)
}

// runFailures starts a new run of what a finished one left: of its own record,
// whatever has become of its failures.csv.
func (j *job) runFailures(ctx context.Context, e *earlier, runsDir string) error {
	j.from, j.op = e, e.header.Op()
	of, err := replayed(e)
	if err != nil {
		return err
	}
	if err := j.begin(j.newRunsDir(runsDir)); err != nil {
		return err
	}
	if err := j.stage(); err != nil {
		return err
	}
	file := filepath.Join(e.dir, report.FailuresFile)
	copied := j.staging.Path(report.InputFile)
	sum, rows, err := j.writeFailures(e, of, copied)
	if err != nil {
		return noRoom(err)
	}
	if rows == 0 {
		return j.nothing(e, "Nothing is left to do in run "+e.header.RunID+": every row is done.")
	}
	if other, err := sumOf(file); err == nil && other != sum {
		j.term.Warn(fmt.Sprintf("%s is not as the run left it, and is not read: the rows come from the run's own record. To run that file: %s",
			file, onFile("resume", file)))
	}
	in, err := readInPlace(copied, of.layout, batch.CheckOptions{Strict: j.o.Strict})
	if err != nil {
		return err
	}
	in.path, j.in, j.name = file, in, report.RunName(file)
	return j.takeUp(ctx)
}

// writeFailures writes to path what the run's failures.csv holds, or nothing.
func (j *job) writeFailures(e *earlier, of *input, path string) (sum string, rows int, err error) {
	p := report.Publication{
		RunID:     e.header.RunID,
		Operation: e.header.Op(),
		Ledger:    of.ledger,
		Rows:      of.census.Rows,
		At:        e.end.FinishedAt,
	}
	sum, _, err = report.Publish(j.disk, path, 0o600, func(w io.Writer) error {
		return of.read(func(r *batch.Reader) (err error) {
			rows, err = p.Failures(w, r)
			return err
		})
	})
	return sum, rows, err
}

// replayed is the input of an earlier run, with a ledger as its journal ends.
func replayed(e *earlier) (*input, error) {
	of, err := loadCopy(e, layoutIn(e.header), batch.CheckOptions{})
	if err != nil {
		return nil, err
	}
	replay, err := report.OpenReplay(filepath.Join(e.dir, report.JournalFile))
	if err != nil {
		return nil, damagedRun(err)
	}
	defer func() { _ = replay.Close() }()
	_, err = restore(of.ledger, replay)
	return of, err
}

// runOf is the run in whose directory a file is; nil: in none that tells.
func runOf(file string) *earlier {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	if e, err := openRun(filepath.Dir(file)); err == nil {
		return e
	}
	return nil
}

// besides is the folder that holds a run directory, whatever path names that:
// there is the lock that guards it.
func besides(dir string) (string, error) {
	clean := filepath.Clean(dir)
	target, err := filepath.EvalSymlinks(clean)
	if err != nil {
		return "", refuse("", "%w", err)
	}
	if base := filepath.Base(clean); target == clean && base != "." && base != ".." {
		return filepath.Dir(clean), nil
	}
	if target, err = filepath.Abs(target); err != nil {
		return "", refuse("", "%w", err)
	}
	return filepath.Dir(target), nil
}

// sumOf is the SHA-256 of a file, in hex.
func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	h := sha256.New()
	_, err = io.Copy(h, file)
	return hex.EncodeToString(h.Sum(nil)), err
}

func layoutIn(h report.JournalHeader) batch.Layout {
	return batch.Layout{GID: h.GID, GIDColumn: h.GIDColumn, UserIDColumn: h.UserIDColumn}
}
