package main

import (
	"cmp"
	"errors"
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
	dir    string
	header report.JournalHeader
	end    *report.End // of its last life; nil: that was killed, or is under way
}

// finished reports whether every row has had its turn.
func (e *earlier) finished() bool { return e.end != nil && e.end.Finished }

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
		e := &earlier{run.Dir, h, end}
		if found == nil || found.finished() && !e.finished() || found.finished() == e.finished() && !e.header.StartedAt.Before(found.header.StartedAt) {
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
	return &earlier{dir, header, end}, nil
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
	hint := "give what that run had: " + cmp.Or(shellLine(columnFlags(was)...), none) + "."
	switch {
	case in.header.Answers(was):
	case was.GID != "":
		hint = "take the gid column out of the file, and give --gid " + shellLine(was.GID) + "."
	default:
		hint = "a column was renamed: name it as it is now, with --column gid=NAME or --column userId=NAME."
	}
	return refuse(hint,
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
