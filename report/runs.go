package report

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
)

// Run is an earlier run, as its directory tells it.
type Run struct {
	Dir    string
	Header JournalHeader
	Err    error // why its journal cannot be read; then there is no Header
}

// FindRuns gives the runs in runsDir that have a durable record, by name. What
// is wrong with one of them is its value's Err; any error of the stream is its
// last pair. A journal that is not ours is passed over in a directory that is
// not named like a run's.
func FindRuns(runsDir string) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		entries, err := os.ReadDir(runsDir)
		if err != nil {
			yield(Run{}, err)
			return
		}
		for _, entry := range entries {
			if !entry.IsDir() || isTemp(entry.Name()) {
				continue
			}
			run := readRun(filepath.Join(runsDir, entry.Name()))
			foreign := run.Err != nil && !isRunDir(entry.Name())
			if foreign || errors.Is(run.Err, ErrNoRecord) {
				continue
			}
			if !yield(run, nil) {
				return
			}
		}
	}
}

func readRun(dir string) Run {
	replay, err := OpenReplay(filepath.Join(dir, JournalFile))
	if err != nil {
		return Run{Dir: dir, Err: err}
	}
	return Run{Dir: dir, Header: replay.Header, Err: replay.Close()}
}

// Sweep removes what killed processes left unpublished in a run's directory, or
// in a runs directory. The caller holds the [Lock] of the latter.
func Sweep(disk Disk, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range entries {
		if isTemp(entry.Name()) {
			errs = append(errs, disk.RemoveAll(filepath.Join(dir, entry.Name())))
		}
	}
	return errors.Join(errs...)
}
