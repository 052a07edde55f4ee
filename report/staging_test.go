package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ibremove/report"
	"ibremove/report/disktest"
)

func TestCommitNeverReplaces(t *testing.T) {
	runs := t.TempDir()
	const id = "20260930T020000Z-1f2e3d4c"
	for _, taken := range []string{"q3." + id, "q3." + id + "-3"} { // one is empty, one a file
		if err := os.Mkdir(filepath.Join(runs, taken), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(runs, "q3."+id+"-4"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{id + "-2", id + "-5", id + "-6"} {
		stage, err := report.Stage(report.OSDisk{}, runs)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(stage.Path(report.InputFile), []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		dir, got, err := stage.Commit("q3", id)
		if err != nil {
			t.Fatal(err)
		}
		if got != want || dir != filepath.Join(runs, "q3."+want) {
			t.Errorf("got %s in %s, want %s", got, dir, want)
		}
		if err := stage.Discard(); err != nil {
			t.Error(err)
		}
		checkDir(t, dir, map[string]string{report.InputFile: want})
	}
}

// Once committed, a run's files survive a power cut.
func TestCommitIsDurable(t *testing.T) {
	disk := disktest.New(t.TempDir(), disktest.Fault{})
	stage, err := report.Stage(disk, disk.Root())
	if err != nil {
		t.Fatal(err)
	}
	input, err := disk.Open(stage.Path(report.InputFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = input.Write([]byte("gid,userId\n"))
	if err := errors.Join(err, input.Close()); err != nil {
		t.Fatal(err)
	}
	dir, _, err := stage.Commit("q3", "20260930T020000Z-1f2e3d4c")
	if err != nil {
		t.Fatal(err)
	}
	into := t.TempDir()
	if err := disk.Crash(into, disktest.Losses()["all lost"]); err != nil {
		t.Fatal(err)
	}
	checkDir(t, filepath.Join(into, filepath.Base(dir)), map[string]string{report.InputFile: "gid,userId\n"})
}

func TestStageSweepsWhatTheKilledLeft(t *testing.T) {
	runs := t.TempDir()
	stale, err := report.Stage(report.OSDisk{}, runs)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stale.Path(report.InputFile), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(runs, ".ibremove.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stage, err := report.Stage(report.OSDisk{}, runs)
	if err != nil {
		t.Fatal(err)
	}
	if err := stage.Discard(); err != nil {
		t.Fatal(err)
	}
	checkDir(t, runs, map[string]string{".ibremove.lock": ""})
}

func TestStageNeedsTheRunsDirectory(t *testing.T) {
	if _, err := report.Stage(report.OSDisk{}, filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}
