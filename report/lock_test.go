package report_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ibremove/report"
)

func TestLockIsForOne(t *testing.T) {
	runs := t.TempDir()
	lock, err := report.TakeLock(report.OSDisk{}, runs, report.Holder{PID: 123, Since: noon})
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Tell(report.Holder{PID: 123, Run: "20260930T020000Z-1f2e3d4c", Since: noon}); err != nil {
		t.Fatal(err)
	}
	_, err = report.TakeLock(report.OSDisk{}, runs, report.Holder{PID: 124, Since: noon})
	var locked *report.LockedError
	if !errors.As(err, &locked) || locked.PID != 123 || !locked.Since.Equal(noon) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{"process 123", "20260930T020000Z-1f2e3d4c", "2026-09-30T12:00:00Z", runs} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := report.TakeLock(report.OSDisk{}, runs, report.Holder{PID: 125, Since: noon})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Unlock(); err != nil {
		t.Fatal(err)
	}
	checkDir(t, runs, map[string]string{".ibremove.lock": ""})
}

func TestLockWhoseHolderIsNotKnown(t *testing.T) {
	runs := t.TempDir()
	lock, err := report.TakeLock(report.OSDisk{}, runs, report.Holder{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Unlock() }()
	if err := os.WriteFile(filepath.Join(runs, ".ibremove.lock.json"), []byte(`{"pid": "x"`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = report.TakeLock(report.OSDisk{}, runs, report.Holder{PID: 2})
	var locked *report.LockedError
	if !errors.As(err, &locked) || locked.Holder != (report.Holder{}) {
		t.Errorf("got %+v", err)
	}
}

func TestLockNeedsTheRunsDirectory(t *testing.T) {
	_, err := report.TakeLock(report.OSDisk{}, filepath.Join(t.TempDir(), "none"), report.Holder{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// The lock of a process that is killed is free at once.
func TestLockDiesWithItsProcess(t *testing.T) {
	if runs := os.Getenv("TEST_HOLD_LOCK"); runs != "" {
		if _, err := report.TakeLock(report.OSDisk{}, runs, report.Holder{PID: os.Getpid()}); err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("locked\n")
		select {}
	}
	runs := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLockDiesWithItsProcess$")
	child.Env = append(os.Environ(), "TEST_HOLD_LOCK="+runs)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "locked\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	_, err = report.TakeLock(report.OSDisk{}, runs, report.Holder{})
	var locked *report.LockedError
	if !errors.As(err, &locked) || locked.PID != child.Process.Pid {
		t.Errorf("got %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	lock, err := report.TakeLock(report.OSDisk{}, runs, report.Holder{Since: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}
