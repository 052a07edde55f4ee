package report_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"ibremove/report"
)

// Whatever a file holds, what is read from it can be gone on with, and is read
// again.
func FuzzReplay(f *testing.F) {
	journal, ends := sound(f)
	for _, end := range ends {
		f.Add(journal[:end])
		f.Add(journal[:end-3])
		f.Add(append(journal[:end:end], 0, 0))
	}
	path := filepath.Join(f.TempDir(), report.JournalFile)
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := report.OpenReplay(path)
		if err != nil {
			return
		}
		defer r.Close()
		got, err := all(r)
		if err != nil {
			return
		}
		j, err := report.OpenJournal(report.OSDisk{}, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.End(report.End{ExitCode: 3}); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if _, again := mustRead(t, path); !reflect.DeepEqual(again, append(got, report.Record(report.End{ExitCode: 3}))) {
			t.Errorf("first %+v, then %+v", got, again)
		}
	})
}
