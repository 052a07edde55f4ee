package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
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

// checkTail reads a journal that was sound and has lost, or gained, something
// at its end: what was recorded before must be read, and no more.
func checkTail(t *testing.T, what string, journal, tail []byte, ends []int) {
	t.Helper()
	records, torn := -1, 0
	for i, end := range ends {
		body := end - 1 // the end mark may be lost
		if len(tail) >= body && bytes.Equal(tail[:body], journal[:body]) {
			records, torn = i, max(0, len(tail)-end)
		}
	}
	got, gotTorn, err := read(tail)
	switch {
	case records < 0:
		if !errors.Is(err, report.ErrNoRecord) {
			t.Errorf("%s: got %v, want %v", what, err, report.ErrNoRecord)
		}
	case err != nil:
		t.Errorf("%s: %v", what, err)
	case len(got) != records || !isPrefix(got) || gotTorn != int64(torn):
		t.Errorf("%s: %d records and %d bytes torn, want %d and %d", what, len(got), gotTorn, records, torn)
	}
}

// checkDamage reads a journal whose record of that number, or with 0 any one,
// is not as it was written.
func checkDamage(t *testing.T, what string, journal []byte, record int) {
	t.Helper()
	got, _, err := read(journal)
	var damage *report.DamageError
	switch {
	case !isPrefix(got):
		t.Errorf("%s: read %+v", what, got)
	case !errors.As(err, &damage) || damage.Path != "run/journal":
		t.Errorf("%s: got %v, want damage of record %d", what, err, record)
	case record > 0 && damage.Record != uint32(record):
		t.Errorf("%s: %v, want damage of record %d", what, err, record)
	}
}

// recordAt is the number of the record that has the byte at offset.
func recordAt(ends []int, offset int) int {
	return 1 + sort.SearchInts(ends, offset+1)
}

func TestJournalCutAtEveryByte(t *testing.T) {
	journal, ends := sound(t)
	for size := range len(journal) + 1 {
		for _, zeros := range []int{0, 1, 11, 4096} {
			tail := append(slices.Clone(journal[:size]), make([]byte, zeros)...)
			checkTail(t, fmt.Sprintf("cut to %d, %d zeros", size, zeros), journal, tail, ends)
		}
	}
}

func TestJournalWithAnyByteChanged(t *testing.T) {
	journal, ends := sound(t)
	for offset, was := range journal {
		changes := []byte{0x00, 0xff}
		for bit := range 8 {
			changes = append(changes, was^1<<bit)
		}
		for _, is := range changes {
			changed := slices.Clone(journal)
			changed[offset] = is
			what := fmt.Sprintf("byte %d: %#02x instead of %#02x", offset, is, was)
			if is == was || is == 0 && offset == len(journal)-1 {
				checkTail(t, what, journal, changed, ends)
			} else {
				checkDamage(t, what, changed, recordAt(ends, offset))
			}
		}
	}
}

func TestJournalWithGarbageAtItsEnd(t *testing.T) {
	journal, ends := sound(t)
	for n := 1; n < 40; n++ {
		garbage := append(slices.Clone(journal), bytes.Repeat([]byte("garbage"), n)[:n]...)
		for _, zeros := range []int{0, 5} {
			garbage = append(garbage, make([]byte, zeros)...)
			what := fmt.Sprintf("%d bytes, %d zeros", n, zeros)
			if n < 12 { // less than a head: cannot be told from one that was cut
				checkTail(t, what, journal, garbage, ends)
			} else {
				checkDamage(t, what, garbage, len(ends)+1)
			}
		}
	}
}

func TestJournalWithAnyRangeGone(t *testing.T) {
	journal, ends := sound(t)
	last := ends[len(ends)-2] // where the last record begins
	for from := 0; from < len(journal); from += 11 {
		for to := from + 1; to <= len(journal); to += 13 {
			removed := slices.Delete(slices.Clone(journal), from, to)
			zeroed := slices.Clone(journal)
			clear(zeroed[from:to])
			what := fmt.Sprintf("bytes %d to %d", from, to)
			if to <= last {
				checkDamage(t, what+" removed", removed, 0)
			} else if got, _, _ := read(removed); !isPrefix(got) || len(got) > recordAt(ends, from) {
				t.Errorf("%s removed: read %+v", what, got)
			}
			if to == len(journal) || bytes.Equal(zeroed, journal) {
				checkTail(t, what+" zeroed", journal, zeroed, ends)
			} else {
				checkDamage(t, what+" zeroed", zeroed, 0)
			}
		}
	}
}

func TestJournalWithRecordsOutOfPlace(t *testing.T) {
	journal, ends := sound(t)
	record := func(n int) []byte { return journal[ends[n-2]:ends[n-1]] } // from 2
	for n := 2; n <= len(ends); n++ {
		before, after := journal[:ends[n-2]], journal[ends[n-1]:]
		twice, missing := slices.Concat(before, record(n), record(n), after), slices.Concat(before, after)
		checkDamage(t, "twice", twice, n+1)
		if _, _, err := read(twice); !strings.Contains(err.Error(), fmt.Sprintf("record %d is here again", n)) {
			t.Errorf("twice: %v", err)
		}
		if n == len(ends) {
			continue // without its last record it is a shorter journal
		}
		checkDamage(t, "missing", missing, n)
		if _, _, err := read(missing); !strings.Contains(err.Error(), fmt.Sprintf("missing, record %d follows", n+1)) {
			t.Errorf("missing: %v", err)
		}
		checkDamage(t, "swapped", slices.Concat(before, record(n+1), record(n), after[len(record(n+1)):]), n)
	}

	h := header()
	h.RunID = "20260930T120001Z-1f2e3d4c" // as long as the other
	path := filepath.Join(t.TempDir(), "journal")
	other, err := report.CreateJournal(report.OSDisk{}, path, h)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	stranger, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkDamage(t, "of another journal", slices.Concat(stranger, journal[ends[0]:]), 2)
}

func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := report.OpenReplay(dir); err == nil || errors.Is(err, report.ErrNoRecord) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := report.OpenReplay(filepath.Join(dir, "none")); !errors.Is(err, report.ErrNoRecord) {
		t.Errorf("no file: %v", err)
	}
	journal, _ := sound(t)
	for _, size := range []int64{int64(len(journal)) + 1, 1 << 40} { // it became shorter
		if _, err := report.NewReplay(bytes.NewReader(journal), size, "journal"); err == nil || errors.Is(err, report.ErrNoRecord) {
			t.Errorf("size %d: %v", size, err)
		}
	}
}

// A read error must never pass for the end of a journal, nor must a file that
// becomes shorter while it is read.
func TestReplayReadError(t *testing.T) {
	journal, _ := sound(t)
	for at := range len(journal) {
		for _, fault := range []error{syscall.EIO, io.EOF} {
			src := &failingReader{Reader: bytes.NewReader(journal), bad: int64(at), fault: fault}
			r, err := report.NewReplay(src, int64(len(journal)), "journal")
			if err == nil {
				_, err = all(r)
			}
			if fault == io.EOF {
				fault = io.ErrUnexpectedEOF
			}
			if !errors.Is(err, fault) {
				t.Fatalf("byte %d: got %v, want %v", at, err, fault)
			}
		}
	}
}

// failingReader is read once without a fault, for the zeros at its end; then
// neither the byte at bad can be read nor what follows.
type failingReader struct {
	*bytes.Reader
	bad   int64
	fault error
	read  bool
}

func (r *failingReader) ReadAt(p []byte, offset int64) (int, error) {
	if good := r.bad - offset; r.read && good < int64(len(p)) {
		n, _ := r.Reader.ReadAt(p[:max(0, good)], offset)
		return n, r.fault
	}
	r.read = true
	return r.Reader.ReadAt(p, offset)
}
