package main

import (
	"os"
	"path/filepath"

	"ibremove/batch"
	"ibremove/report"
)

const hintRunsDir = "make room there, or choose another place with --runs-dir; nothing was sent."

// commit gives the run its directory and its journal, or records that it goes
// on. From here on it can be resumed.
func (j *job) commit(learnt *buffered) error {
	if j.staging != nil {
		if err := j.establish(); err != nil {
			return err
		}
	} else if err := j.journal.Life(report.Life{StartedAt: j.woke.UTC(), Version: j.env.Build.Number(),
		Username: j.target.username, Options: j.options()}); err != nil {
		return refuse(hintRunsDir, "%w", err)
	}
	j.d.Recorder = j.journal
	for _, e := range learnt.entries {
		if err := j.journal.Record(e); err != nil {
			return refuse(hintRunsDir, "%w", err)
		}
	}
	return nil
}

func (j *job) establish() error {
	j.log.close() // a directory with open files cannot be renamed everywhere
	id := report.RunID(j.began, j.target.pod, j.op == batch.Add)
	dir, id, err := j.staging.Commit(j.name, id)
	if err != nil {
		return refuse(hintRunsDir, "%w", err)
	}
	j.staging = nil
	j.dir, j.runID = dir, id
	j.in.copy = filepath.Join(dir, report.InputFile)
	if err = j.log.open(j.disk, filepath.Join(dir, report.LogFile)); err == nil {
		_ = j.lock.Tell(report.Holder{PID: os.Getpid(), Run: id, Since: j.began})
		err = j.begins(id)
	}
	if err != nil {
		j.log.close()
		_ = j.disk.RemoveAll(dir) // nothing was sent, and no journal says otherwise
		return refuse(hintRunsDir, "%w", err)
	}
	return nil
}

// begins records durably what the run is.
func (j *job) begins(id string) (err error) {
	j.journal, err = report.CreateJournal(j.disk, j.file(report.JournalFile), report.JournalHeader{
		RunID:        id,
		Version:      j.env.Build.Number(),
		Operation:    j.op.String(),
		Input:        report.JournalInput{Path: j.in.path, Name: j.name, SHA256: j.in.sha256(), Size: j.in.source.Size},
		Pod:          j.target.pod,
		Username:     j.target.username,
		GID:          j.in.layout.GID,
		GIDColumn:    j.in.layout.GIDColumn,
		UserIDColumn: j.in.layout.UserIDColumn,
		StartedAt:    j.began.UTC(),
		Options:      j.options(),
		UndoOf:       j.undoOf,
		Preflight:    j.looked,
		Lineage:      j.lineage(),
	})
	return err
}

// buffered keeps what was learnt before there is a journal to write it to.
type buffered struct{ entries []batch.Entry }

// Record implements batch.Recorder; the dispatcher calls it one at a time.
func (b *buffered) Record(e batch.Entry) error {
	b.entries = append(b.entries, e)
	return nil
}
