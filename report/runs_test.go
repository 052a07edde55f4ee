package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ibremove/report"
)

func TestFindRuns(t *testing.T) {
	runs := t.TempDir()
	mkdir := func(name string) string {
		dir := filepath.Join(runs, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	const id = ".20260930T020000Z-1f2e3d4c"
	for _, name := range []string{"a" + id, "renamed", ".ibremove-ABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
		mustCreate(t, report.OSDisk{}, mkdir(name), story()...)
	}
	mkdir("b" + id) // has no journal
	damaged := mustCreate(t, report.OSDisk{}, mkdir("c"+id), story()...)
	if err := os.WriteFile(damaged, []byte("this is no journal at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mkdir("diary"), report.JournalFile), []byte("dear diary, today"), 0o600); err != nil {
		t.Fatal(err)
	}
	torn := mustCreate(t, report.OSDisk{}, mkdir("d"+id))
	if err := os.Truncate(torn, 20); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(runs, "e"+id), nil, 0o600); err != nil {
		t.Fatal(err)
	}

	var got []string
	for run, err := range report.FindRuns(runs) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, filepath.Base(run.Dir))
		var damage *report.DamageError
		if isDamaged := errors.As(run.Err, &damage); isDamaged != (run.Dir == filepath.Dir(damaged)) {
			t.Errorf("%s: %v", run.Dir, run.Err)
		} else if !isDamaged && run.Header.RunID != header().RunID {
			t.Errorf("%s: %+v", run.Dir, run.Header)
		}
	}
	want := []string{"a" + id, "c" + id, "renamed"}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, want %v", got, want)
	}

	for _, err := range report.FindRuns(filepath.Join(runs, "none")) {
		if !os.IsNotExist(err) {
			t.Errorf("got %v", err)
		}
	}
}

// What is swept is what a draft or a staging directory was, and nobody's own.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	half, err := report.NewDraft(report.OSDisk{}, filepath.Join(dir, "report.csv"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer half.Discard()
	own := map[string]string{"report.csv": "", ".hidden": "", ".ibremove-token": "", ".ibremove-ABCDEFGHIJKLMNOPQRSTUVWXY1": ""}
	for name := range own {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := report.Sweep(report.OSDisk{}, dir); err != nil {
		t.Fatal(err)
	}
	checkDir(t, dir, own)
}
