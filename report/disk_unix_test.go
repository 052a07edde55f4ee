//go:build unix

package report_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ibremove/report"
)

// Modes are what they should be under any umask.
func TestModes(t *testing.T) {
	runs := t.TempDir()
	for _, umask := range []int{0, 0o022, 0o777} {
		name := filepath.Join(runs, "metrics.prom")
		dir := modesOfARun(t, runs, name, umask)
		for path, want := range map[string]fs.FileMode{
			dir:                                   fs.ModeDir | 0o700,
			filepath.Join(dir, "journal"):         0o600,
			filepath.Join(dir, "report.csv"):      0o600,
			filepath.Join(runs, ".ibremove.lock"): 0o600,
			name:                                  0o644,
		} {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if path != filepath.Join(runs, ".ibremove.lock") && info.Mode() != want || info.Mode().Perm()&^want != 0 {
				t.Errorf("umask %04o: %s has %v, want %v", umask, path, info.Mode(), want)
			}
		}
	}
}

// modesOfARun makes a run under umask and gives its directory.
func modesOfARun(t *testing.T, runs, metrics string, umask int) string {
	t.Helper()
	before := syscall.Umask(umask)
	defer syscall.Umask(before)
	disk := report.OSDisk{}
	lock, err := report.TakeLock(disk, runs, report.Holder{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Unlock() }()
	stage, err := report.Stage(disk, runs)
	if err != nil {
		t.Fatal(err)
	}
	dir, _, err := stage.Commit("q3", header().RunID)
	if err != nil {
		t.Fatal(err)
	}
	mustCreate(t, disk, dir)
	if _, _, err := report.Publish(disk, filepath.Join(dir, "report.csv"), 0o600, writes("x")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := report.Publish(disk, metrics, 0o644, writes("x")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFreeSpace(t *testing.T) {
	free, err := report.FreeSpace(t.TempDir())
	if err != nil || free == 0 || free > 1<<60 {
		t.Errorf("%d bytes free, %v", free, err)
	}
	if _, err := report.FreeSpace(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}

// A journal that is a pipe is refused at once: to open it would wait for ever.
func TestReplayOfAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), report.JournalFile)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := report.OpenReplay(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}
