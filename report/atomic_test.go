package report_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ibremove/report"
	"ibremove/report/disktest"
)

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func TestPublish(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.csv")
	for _, text := range []string{"", "first\n", strings.Repeat("a longer one\n", 20_000)} {
		sum, size, err := report.Publish(report.OSDisk{}, path, 0o600, writes(text))
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%x", sha256.Sum256([]byte(text))); sum != want || size != int64(len(text)) {
			t.Errorf("got %s and %d, want %s and %d", sum, size, want, len(text))
		}
		checkDir(t, filepath.Dir(path), map[string]string{"report.csv": text})
	}
}

func TestPublishOrNot(t *testing.T) {
	whole := disktest.New(t.TempDir(), disktest.Fault{})
	text := strings.Repeat("new\n", 50_000) // more than a buffer
	if _, _, err := report.Publish(whole, filepath.Join(whole.Root(), "report.csv"), 0o600, writes(text)); err != nil {
		t.Fatal(err)
	}
	for step, name := range whole.Steps() {
		for _, fault := range []disktest.Fault{{Err: syscall.ENOSPC}, {Short: true}} {
			if fault.Short && !strings.HasPrefix(name, "write") {
				continue
			}
			fault.Step = step + 1
			disk := disktest.New(t.TempDir(), fault)
			path := filepath.Join(disk.Root(), "report.csv")
			if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, err := report.Publish(disk, path, 0o600, writes(text))
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s, step %d: %v", name, step+1, err)
			}
			want := "old\n"
			if strings.HasPrefix(name, "syncdir") {
				want = text
			}
			checkDir(t, disk.Root(), map[string]string{"report.csv": want})
		}
	}
}

func TestPublishLeavesNothingOfAFailedWriter(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.csv")
	fault := errors.New("the rows do not add up")
	_, _, err := report.Publish(report.OSDisk{}, path, 0o600, func(w io.Writer) error {
		return errors.Join(writes("half")(w), fault)
	})
	if !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
	checkDir(t, dir, nil)

	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
		checkDir(t, dir, nil)
	}()
	_, _, _ = report.Publish(report.OSDisk{}, path, 0o600, func(io.Writer) error { panic("bug") })
}

// checkDir holds the files of dir against want, by name.
func checkDir(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if text, ok := want[entry.Name()]; err != nil || !ok || text != string(content) {
			t.Errorf("%s: %.40q, %v, want %.40q", entry.Name(), content, err, text)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, want %d", len(entries), len(want))
	}
}
