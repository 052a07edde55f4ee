package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Staging is the directory of a run that has no name yet: its file is still
// being read, checked and asked about.
type Staging struct {
	disk    Disk
	runsDir string
	dir     string // "": committed or discarded
}

// Stage makes a staging directory in runsDir, of mode 0700, and removes what
// killed processes left unfinished there. The caller holds the [Lock] of runsDir.
func Stage(disk Disk, runsDir string) (*Staging, error) {
	if err := Sweep(disk, runsDir); err != nil {
		return nil, err
	}
	dir := filepath.Join(runsDir, tempName())
	if err := disk.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	return &Staging{disk: disk, runsDir: runsDir, dir: dir}, nil
}

// Path is where the run's file of that name is, until Commit.
func (s *Staging) Path(name string) string { return filepath.Join(s.dir, name) }

// Commit makes the staged files durable and gives the directory its name:
// name and run id, and a suffix -2, -3 and so on if that is taken. It returns
// the directory and the run id with its suffix. On Windows no file in it may
// be open. After an error the directory is still staged.
func (s *Staging) Commit(name, runID string) (dir, id string, err error) {
	if err := s.sync(); err != nil {
		return "", "", fmt.Errorf("make the run directory: %w", err)
	}
	id = runID
	for n := 2; ; n++ {
		dir = filepath.Join(s.runsDir, name+"."+id)
		_, err := os.Lstat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return "", "", fmt.Errorf("make the run directory: %w", err)
		}
		id = fmt.Sprintf("%s-%d", runID, n)
	}
	if err := s.disk.Rename(s.dir, dir); err != nil {
		return "", "", fmt.Errorf("make the run directory: %w", err)
	}
	s.dir = ""
	if err := s.disk.SyncDir(s.runsDir); err != nil {
		return "", "", fmt.Errorf("make the run directory %s: %w", dir, err)
	}
	return dir, id, nil
}

// Discard removes the directory and all in it, if it was not committed.
func (s *Staging) Discard() error {
	if s.dir == "" {
		return nil
	}
	dir := s.dir
	s.dir = ""
	return s.disk.RemoveAll(dir)
}

// sync makes the staged files durable, and their names.
func (s *Staging) sync() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		file, err := s.disk.Open(s.Path(entry.Name()), os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		if err := errors.Join(file.Sync(), file.Close()); err != nil {
			return err
		}
	}
	return s.disk.SyncDir(s.dir)
}
