package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"ibremove/batch"
	"ibremove/report"
)

// goOnWith takes up an unfinished run in place: the ledger is brought to where
// its journal ends.
func (j *job) goOnWith(e *earlier) error {
	j.dir, j.runID = e.dir, e.header.RunID
	j.op, j.name, j.undoOf = e.header.Op(), e.header.Input.Name, e.header.UndoOf
	j.began = e.header.StartedAt
	if j.staging != nil {
		if err := j.staging.Discard(); err != nil {
			return refuse("", "%w", err)
		}
		j.staging = nil
	}
	if err := j.loadRun(e); err != nil {
		return err
	}
	replay, err := report.OpenReplay(filepath.Join(e.dir, report.JournalFile))
	if err != nil {
		return damagedRun(err)
	}
	defer func() { _ = replay.Close() }()
	accounts, err := restore(j.in.ledger, replay)
	if err != nil {
		return err
	}
	j.before = slices.Compact(append([]string{e.header.Username}, accounts...))
	if n := len(j.before); j.before[n-1] == j.target.username {
		j.before = j.before[:n-1]
	}
	j.in.ledger.Reopen()
	if torn := replay.Torn(); torn > 0 {
		j.term.Warn(fmt.Sprintf("%s: a torn record of %s at the end was dropped; what it was about is looked up.",
			filepath.Join(e.dir, report.JournalFile), count(torn, "byte")))
	}
	if err := report.Sweep(j.disk, e.dir); err != nil {
		return refuse("", "%w", err)
	}
	j.log.recall(j.file(report.LogFile))
	if err := j.log.open(j.disk, j.file(report.LogFile)); err != nil {
		return refuse("", "%w", err)
	}
	if j.journal, err = report.OpenJournal(j.disk, replay); err != nil {
		return refuse("", "%w", err)
	}
	_ = j.lock.Tell(report.Holder{PID: os.Getpid(), Run: j.runID, Since: j.env.Now()})
	j.term.Say(fmt.Sprintf("Going on with run %s: %s settled already, %s to go.", j.runID, number(j.settled()), number(j.removals())))
	return nil
}

// loadRun reads a run's own copy of its input, which must be the one that its
// journal is about.
func (j *job) loadRun(e *earlier) error {
	in, err := loadCopy(e, layoutIn(e.header), batch.CheckOptions{Strict: j.o.Strict})
	if err != nil {
		return err
	}
	in.path = e.header.Input.Path
	j.in = in
	return nil
}

// loadCopy reads input.csv of a run directory.
func loadCopy(e *earlier, layout batch.Layout, o batch.CheckOptions) (*input, error) {
	path := filepath.Join(e.dir, report.InputFile)
	in, err := readInPlace(path, layout, o)
	if err != nil {
		return nil, err
	}
	if in.sha256() != e.header.Input.SHA256 {
		return nil, e.otherInput(in.sha256(), nil)
	}
	return in, nil
}

// otherInput refuses an input.csv that the run was not about, or that cannot be
// read.
func (e *earlier) otherInput(sum string, err error) error {
	if err != nil {
		return refuse("", "%w", err)
	}
	return refuse("restore it from the original file, whose SHA-256 is "+e.header.Input.SHA256+".",
		"%s is not the file that run %s was about: its SHA-256 is %s; nothing was sent", filepath.Join(e.dir, report.InputFile), e.header.RunID, sum)
}

// restore brings the ledger to where the journal ends, and tells the accounts
// of the lives after the first.
func restore(l *batch.Ledger, replay *report.Replay) (accounts []string, err error) {
	for record, err := range replay.Records() {
		if err != nil {
			return nil, damagedRun(err)
		}
		switch r := record.(type) {
		case report.Life:
			accounts = append(accounts, r.Username)
		case batch.Entry:
			if err := l.Restore(r); err != nil {
				return nil, refuse("", "%w", err)
			}
		}
	}
	return accounts, nil
}
