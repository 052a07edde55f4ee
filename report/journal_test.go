package report_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ibremove/batch"
	"ibremove/report"
)

var noon = time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)

func header() report.JournalHeader {
	return report.JournalHeader{
		RunID: "20260930T120000Z-1f2e3d4c", Version: "1.0.0", Operation: "remove",
		Input: report.JournalInput{Path: "q3.csv", Name: "q3", SHA256: strings.Repeat("ab", 32), Size: 99},
		Pod:   "https://pod.example.com", Username: "bot", StartedAt: noon,
		Options: map[string]string{"chunk-size": "200"},
	}
}

// story is what the journals of these tests tell after their header.
func story() []report.Record {
	first := batch.Chunk{GID: "571db1f2e4b027c4f055a594", Users: []int64{68719476742, 351775001412105, 351775001412106}}
	second := batch.Chunk{GID: "a%2Fb", Users: []int64{math.MaxInt64, 1, math.MinInt64, 0}}
	return []report.Record{
		batch.Entry{Intent: []batch.Chunk{first, second}},
		batch.Entry{Settled: []batch.Settlement{
			{Chunk: first, Outcome: batch.Outcome{Status: batch.Removed, Code: batch.CodeOK, HTTPStatus: 200, Attempts: 1, At: noon.Unix()}},
			{Chunk: batch.Chunk{GID: second.GID, Users: second.Users[:1]}, Outcome: batch.Outcome{Status: batch.Failed, Code: batch.CodePodMessage, Message: "no\nsuch \x00 user ✗", HTTPStatus: 200, Attempts: 5, At: -1}},
		}},
		report.End{FinishedAt: noon, Status: "stopped", ExitCode: 5, StoppedBecause: "disk full"},
		report.Life{StartedAt: noon, Version: "1.0.1", Username: "bot2", Options: map[string]string{"rate": "2"}},
		batch.Entry{Intent: []batch.Chunk{{GID: "g", Users: []int64{7}}}},
		report.End{FinishedAt: noon, Status: "done", Finished: true},
	}
}

// tell records r; it is durable when tell returns, if a crash must not lose it.
func tell(j *report.Journal, r report.Record) error {
	switch r := r.(type) {
	case batch.Entry:
		return j.Record(r)
	case report.Life:
		return j.Life(r)
	case report.End:
		return j.End(r)
	}
	return fmt.Errorf("no record: %T", r)
}

// mustCreate makes a journal that tells records, and gives its path.
func mustCreate(t testing.TB, disk report.Disk, dir string, records ...report.Record) string {
	t.Helper()
	path := filepath.Join(dir, report.JournalFile)
	j, err := report.CreateJournal(disk, path, header())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := tell(j, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// all is what r tells after its header.
func all(r *report.Replay) ([]report.Record, error) {
	var got []report.Record
	for record, err := range r.Records() {
		if err != nil {
			return got, err
		}
		got = append(got, record)
	}
	return got, nil
}

func mustRead(t testing.TB, path string) (report.JournalHeader, []report.Record) {
	t.Helper()
	r, err := report.OpenReplay(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := all(r)
	if err != nil {
		t.Fatal(err)
	}
	if r.Torn() != 0 {
		t.Fatalf("%d bytes torn", r.Torn())
	}
	return r.Header, got
}

// isPrefix reports whether got is how the story begins.
func isPrefix(got []report.Record) bool {
	return len(got) == 0 || len(got) <= len(story()) && reflect.DeepEqual(got, story()[:len(got)])
}

func TestJournalReadsBackAsWritten(t *testing.T) {
	path := mustCreate(t, report.OSDisk{}, t.TempDir(), story()...)
	h, got := mustRead(t, path)
	want := header()
	want.Format = 1
	if !reflect.DeepEqual(h, want) {
		t.Errorf("header\n got %+v\nwant %+v", h, want)
	}
	if !reflect.DeepEqual(got, story()) {
		t.Errorf("records\n got %+v\nwant %+v", got, story())
	}
}

func TestJournalGoesOn(t *testing.T) {
	records := story()
	path := mustCreate(t, report.OSDisk{}, t.TempDir(), records[:2]...)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, torn := range []string{"", "\x05", "\x00\x00\x00", string(before[:7])} {
		if err := appendTo(path, torn); err != nil {
			t.Fatal(err)
		}
		r, err := report.OpenReplay(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := report.OpenJournal(report.OSDisk{}, r); err == nil {
			t.Fatal("opened a journal that was not read to its end")
		}
		if _, err := all(r); err != nil {
			t.Fatal(err)
		}
		if r.Torn() != int64(len(torn)) {
			t.Errorf("%d bytes torn, want %d", r.Torn(), len(torn))
		}
		j, err := report.OpenJournal(report.OSDisk{}, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := tell(j, records[2+i]); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if _, got := mustRead(t, path); !reflect.DeepEqual(got, records[:3+i]) {
			t.Errorf("life %d\n got %+v\nwant %+v", i, got, records[:3+i])
		}
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(after), string(before)) {
		t.Error("what was recorded before is not the beginning of the journal")
	}
}

func TestJournalSplitsLongEntries(t *testing.T) {
	var want batch.Entry
	for g := range 30 {
		c := batch.Chunk{GID: fmt.Sprint("group", g)}
		for u := range 5_000 {
			c.Users = append(c.Users, int64(g+1)<<40-int64(u)<<30)
		}
		want.Settled = append(want.Settled, batch.Settlement{Chunk: c, Outcome: batch.Outcome{Message: strings.Repeat("m", g<<14)}})
		want.Intent = append(want.Intent, c)
	}
	_, got := mustRead(t, mustCreate(t, report.OSDisk{}, t.TempDir(), want))
	if len(got) < 3 {
		t.Errorf("%d records: not split", len(got))
	}
	var joined batch.Entry
	for _, r := range got {
		joined.Settled = append(joined.Settled, r.(batch.Entry).Settled...)
		joined.Intent = append(joined.Intent, r.(batch.Entry).Intent...)
	}
	if !reflect.DeepEqual(joined, want) {
		t.Error("the parts are not the whole")
	}
}

func TestJournalRefusesWhatIsTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := report.CreateJournal(report.OSDisk{}, path, header())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	long := batch.Entry{Settled: []batch.Settlement{{Outcome: batch.Outcome{Message: strings.Repeat("m", 65<<20)}}}}
	if err := j.Record(long); !errors.Is(err, report.ErrNotDurable) {
		t.Errorf("got %v", err)
	}
	if _, got := mustRead(t, path); len(got) != 0 {
		t.Errorf("recorded %d", len(got))
	}
}

func TestCreateJournalRefuses(t *testing.T) {
	dir := t.TempDir()
	path := mustCreate(t, report.OSDisk{}, dir)
	if _, err := report.CreateJournal(report.OSDisk{}, path, header()); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second journal in its place: %v", err)
	}
	h := header()
	h.Operation = "Remove"
	if _, err := report.CreateJournal(report.OSDisk{}, filepath.Join(dir, "other"), h); err == nil {
		t.Error("an operation that is none was taken")
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
