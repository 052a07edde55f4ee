package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"ibremove/report"
)

// sound is the bytes of a journal that tells the story, and the offsets at
// which its records end.
func sound(t testing.TB) (journal []byte, ends []int) {
	t.Helper()
	for n := range len(story()) + 1 {
		path := mustCreate(t, report.OSDisk{}, t.TempDir(), story()[:n]...)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(content, journal) {
			t.Fatal("the same records were written in another way")
		}
		journal = content
		ends = append(ends, len(content))
	}
	return journal, ends
}

// read gives what a journal of these bytes tells, and how much of it is torn.
func read(journal []byte) ([]report.Record, int64, error) {
	r, err := report.NewReplay(bytes.NewReader(journal), int64(len(journal)), "run/journal")
	if err != nil {
		return nil, 0, err
	}
	got, err := all(r)
	return got, r.Torn(), err
}

// check holds what was read against what may be read: records and torn bytes.
// No record of the story at all stands for ErrNoRecord.
func checkRead(t *testing.T, what string, journal []byte, records, torn int) {
	t.Helper()
	got, gotTorn, err := read(journal)
	if records < 0 {
		if !errors.Is(err, report.ErrNoRecord) {
			t.Errorf("%s: got %v, want %v", what, err, report.ErrNoRecord)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if len(got) != records || !isPrefix(got) || gotTorn != int64(torn) {
		t.Errorf("%s: %d records and %d bytes torn, want %d and %d", what, len(got), gotTorn, records, torn)
	}
}

func checkDamage(t *testing.T, what string, journal []byte, record int) {
	t.Helper()
	_, _, err := read(journal)
	var damage *report.DamageError
	switch {
	case !errors.As(err, &damage):
		t.Errorf("%s: got %v, want damage of record %d", what, err, record)
	case damage.Record != uint32(record) || damage.Path != "run/journal":
		t.Errorf("%s: %v, want damage of record %d", what, err, record)
	}
}

func TestTruncationAtEveryByte(t *testing.T) {
	journal, ends := sound(t)
	for size := range len(journal) + 1 {
		records, from := -1, 0 // records after the header, and where the torn tail begins
		for i, end := range ends {
			if size >= end-1 { // but for its end mark
				records, from = i, end
			}
		}
		checkRead(t, fmt.Sprintf("cut to %d", size), journal[:size], records, max(0, size-from))
		for _, zeros := range []int{1, 11, 4096} {
			filled := append(slices.Clone(journal[:size]), make([]byte, zeros)...)
			checkRead(t, fmt.Sprintf("cut to %d, %d zeros", size, zeros), filled, wantFilled(filled, records, ends), -1)
		}
	}
}
