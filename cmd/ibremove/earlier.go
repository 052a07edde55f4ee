package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ibremove/batch"
	"ibremove/report"
)

// earlier is a run that was there before, as its journal tells it.
type earlier struct {
	dir      string
	header   report.JournalHeader
	end      *report.End // of its last life; nil: that was killed
	finished bool
}

// findEarlier looks for a run of the same input, pod, columns and operation:
// an unfinished one before a finished one, the latest of its kind. None is in
// the lineage of this one: their failures may be the same to the letter.
func (j *job) findEarlier(runsDir string) (*earlier, error) {
	var found *earlier
	lineage := j.lineage()
	for run, err := range report.FindRuns(runsDir) {
		if err != nil {
			return nil, refuse("", "%w", err)
		}
		if run.Err != nil {
			if err := j.unreadable(run); err != nil {
				return nil, err
			}
			continue
		}
		h := run.Header
		if slices.Contains(lineage, h.Name()) || h.Input.SHA256 != j.in.sha256() || h.Pod != j.target.pod || h.Op() != j.op ||
			!layoutIn(h).Same(j.in.layout) {
			continue
		}
		end, err := lastEnd(run.Dir)
		if err != nil {
			return nil, damagedRun(err)
		}
		e := &earlier{run.Dir, h, end, end != nil && end.Finished}
		if found == nil || found.finished && !e.finished || found.finished == e.finished && !e.header.StartedAt.Before(found.header.StartedAt) {
			found = e
		}
	}
	return found, nil
}

// unreadable refuses a run whose journal does not tell what it is, if it may be
// of the same input: it may have sent all of it. Where the input cannot be read
// either, its name and the pod's have to do.
func (j *job) unreadable(run report.Run) error {
	sum, err := sumOf(filepath.Join(run.Dir, report.InputFile))
	twin := sum == j.in.sha256()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		id, ok := strings.CutPrefix(filepath.Base(run.Dir), j.name+".")
		pod, _, isID := report.ParseRunID(id)
		twin = ok && isID && pod == report.PodHash(j.target.pod)
	}
	if !twin {
		return nil
	}
	if _, damaged := errors.AsType[*report.DamageError](run.Err); damaged {
		return damagedRun(run.Err)
	}
	return refuse("see to it that its journal can be read, or choose another place with --runs-dir.",
		"%s may be an earlier run of the same file, nothing was sent: %w", run.Dir, run.Err)
}

// lineage names the runs whose failures these are; see report.JournalHeader.
func (j *job) lineage() []string {
	if j.from == nil {
		return nil
	}
	return append(slices.Clone(j.from.header.Lineage), j.from.header.Name())
}

// lastEnd reads how the last life of a run ended; nil: it was killed.
func lastEnd(dir string) (end *report.End, err error) {
	replay, err := report.OpenReplay(filepath.Join(dir, report.JournalFile))
	if err != nil {
		return nil, err
	}
	defer func() { _ = replay.Close() }()
	for record, err := range replay.Records() {
		if err != nil {
			return nil, err
		}
		switch r := record.(type) {
		case report.End:
			end = &r
		case report.Life, batch.Entry:
			end = nil
		}
	}
	return end, nil
}

func damagedRun(err error) error {
	if _, ok := errors.AsType[*report.DamageError](err); ok {
		return refuse("keep the run directory as it is and restore the journal from a backup; failures.csv or report.csv, if they are there, can be given to resume.",
			"the journal is damaged, nothing was sent: %w", err)
	}
	return refuse("", "%w", err)
}

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
	for _, a := range append([]string{e.header.Username}, accounts...) {
		if a != j.target.username && !slices.Contains(j.before, a) {
			j.before = append(j.before, a)
		}
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
		return nil, refuse("restore it from the original file, whose SHA-256 is "+e.header.Input.SHA256+".",
			"%s is not the file that run %s was about: its SHA-256 is %s; nothing was sent", path, e.header.RunID, in.sha256())
	}
	return in, nil
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

// openRun reads the header of the run in dir, and whether it has finished.
func openRun(dir string) (*earlier, error) {
	replay, err := report.OpenReplay(filepath.Join(dir, report.JournalFile))
	if errors.Is(err, report.ErrNoRecord) {
		return nil, noRecord(dir)
	}
	if err != nil {
		return nil, damagedRun(err)
	}
	header := replay.Header
	_ = replay.Close()
	end, err := lastEnd(dir)
	if err != nil {
		return nil, damagedRun(err)
	}
	return &earlier{dir, header, end, end != nil && end.Finished}, nil
}

// noRecord refuses a directory without a journal, or with one that has no whole
// record yet.
func noRecord(dir string) error {
	const which = "give the directory of a run, which holds its journal and its input.csv."
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return refuse(which, "%w", err)
	case !info.IsDir():
		return refuse(which, "%s is no directory", dir)
	}
	if _, err := os.Stat(filepath.Join(dir, report.InputFile)); err != nil {
		return refuse(which, "%s is no run directory: it has no durable record of a run", dir)
	}
	return refuse("give the input to ibremove run: it starts afresh.",
		"%s has no durable record of a run: nothing was sent from it", dir)
}

// sameColumns refuses a report of the run that is read by other columns.
func (e *earlier) sameColumns(in *input) error {
	was := layoutIn(e.header)
	if in.header.Agree(in.layout, was) {
		return nil
	}
	const none = "no --gid and no --column"
	return refuse("give what that run had: "+cmp.Or(shellLine(columnFlags(was)...), none)+".",
		"%s: %s contradicts run %s, whose report it is: others would be meant than that run was about; nothing was sent",
		in.path, cmp.Or(shellLine(columnFlags(in.layout)...), none), e.header.RunID)
}

// contradiction refuses flags that say something else than the run's journal.
func (e *earlier) contradiction(o *Options, pod string) error {
	h := e.header
	for _, c := range []struct{ flag, says, is string }{
		{"--gid", o.GID, h.GID},
		{"--column gid", o.Column.GID, h.GIDColumn},
		{"--column userId", o.Column.UserID, h.UserIDColumn},
	} {
		if c.says != "" && c.says != c.is && (c.flag == "--gid" || !batch.SameName(c.says, c.is)) {
			return refuse("leave the flag out: what a run is comes from its journal.",
				"%s %s contradicts run %s, which has %q", c.flag, c.says, h.RunID, c.is)
		}
	}
	if pod != h.Pod {
		return refuse("name that pod with --pod-url or --config.", "run %s was on %s, not on %s; nothing was sent", h.RunID, h.Pod, pod)
	}
	return nil
}
