package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ibremove/batch"
	"ibremove/report"
)

// published checks a file, settles its first pair, and publishes it.
func published(tb testing.TB, dir, file string, o batch.Outcome) (*report.Published, error) {
	tb.Helper()
	source, err := batch.Snapshot(io.Discard, strings.NewReader(file))
	if err != nil {
		return nil, err
	}
	read := func() (*batch.Reader, error) { return batch.NewReader(strings.NewReader(file), source, batch.Layout{}) }
	r, err := read()
	if err != nil {
		return nil, err
	}
	ledger, census, err := batch.Check(r, batch.CheckOptions{})
	if err != nil {
		return nil, err
	}
	for c := range ledger.WithStatus(batch.Pending) {
		ledger.Settle(c.Items[:1], o)
		break
	}
	if r, err = read(); err != nil {
		return nil, err
	}
	p := report.Publication{Disk: report.OSDisk{}, Dir: dir, RunID: "20260930T020000Z-1f2e3d4c", Ledger: ledger, Rows: census.Rows,
		At: time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)}
	return p.Publish(r)
}

func TestReport(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, report.DeactivatedFile)
	if err := os.WriteFile(stale, []byte("of an earlier life"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := "sep=;\r\nuserId;Größe;gid;result_status\r\n70000000001;\"=1;2\";g1;x\r\n70000000001;;g1;\r\n70000000002;;g1;\r\n0;;g1;\r\n70000000003;a\r\n"
	out, err := published(t, dir, file, batch.Outcome{Status: batch.Failed, Code: batch.CodePodMessage, Message: "=cmd|'/C calc'!A1\nand \"more\";", HTTPStatus: 200, Attempts: 2, At: 1790733600})
	if err != nil {
		t.Fatal(err)
	}
	want := "sep=;\r\nuserId;Größe;gid;result_line;result_status;result_code;result_message;result_http_status;result_attempts;result_at;result_run_id\r\n" +
		"70000000001;\"=1;2\";g1;3;failed;pod_message;\"'=cmd|'/C calc'!A1 and \"\"more\"\";\";200;2;2026-09-30T02:00:00Z;20260930T020000Z-1f2e3d4c\r\n" +
		"70000000001;;g1;4;duplicate;duplicate;same gid and user id as line 3;;0;2026-09-30T02:00:00Z;20260930T020000Z-1f2e3d4c\r\n" +
		"70000000002;;g1;5;not_sent;stopped;the run stopped before this was sent;;0;2026-09-30T02:00:00Z;20260930T020000Z-1f2e3d4c\r\n" +
		"0;;g1;6;invalid;bad_user_id;\"user id \"\"0\"\": "
	got, err := os.ReadFile(filepath.Join(dir, report.ReportFile))
	if err != nil || !strings.HasPrefix(string(got), want) {
		t.Errorf("report.csv (%v):\n%s\nwant\n%s", err, got, want)
	}
	if !strings.Contains(string(got), "\r\n70000000003;a;;7;invalid;bad_row;") {
		t.Errorf("missing cells are not filled in:\n%s", got)
	}
	if out.Done || out.Counts.Total() != 5 || out.Counts.Of(batch.Failed) != 1 || len(out.NotDone) != 5 || out.Outputs[report.FailuresFile].Rows != 5 {
		t.Errorf("published: %+v", out)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("%s of an earlier life is still there: %v", report.DeactivatedFile, err)
	}
}

// What is kept of a row for the page is no more than the page shows; the report
// has it whole.
func TestLongMessagesAreNotKept(t *testing.T) {
	long := strings.Repeat("ä", 30_000)
	dir := t.TempDir()
	out, err := published(t, dir, "gid,userId\ng,70000000001\ng,70000000002\ng,5,"+long+"\n", batch.Outcome{Status: batch.Removed, Code: batch.CodeOK})
	if err != nil {
		t.Fatal(err)
	}
	if row := out.NotDone[1]; row.Code != batch.CodeBadRow || len(row.Message) > 2000 {
		t.Errorf("%d bytes are kept of %s", len(row.Message), row.Code)
	}
	if text, err := os.ReadFile(filepath.Join(dir, report.FailuresFile)); err != nil || !strings.Contains(string(text), long) {
		t.Errorf("the report has not all of it; %v", err)
	}
}

// Why rows are not done is counted of all of them, not of those that a page shows.
func TestReasons(t *testing.T) {
	file := "gid,userId\n"
	for i := range report.MostRows + 201 {
		file += fmt.Sprintf("g,%d\n", 70000000001+i)
	}
	out, err := published(t, t.TempDir(), file, batch.Outcome{Status: batch.Removed, Code: batch.CodeOK})
	if err != nil {
		t.Fatal(err)
	}
	if why := out.Reasons[batch.CodeStopped]; len(out.Reasons) != 1 || why.Rows != report.MostRows+200 || why.First == "" || out.Rest != 200 {
		t.Errorf("%+v, %d more", out.Reasons, out.Rest)
	}
}

// FuzzReportReadBack: what the report says of a row is what reading it again
// gives, whatever the pod's text and the cells beside it are.
func FuzzReportReadBack(f *testing.F) {
	f.Add("user is not a member", "Ann")
	f.Add("=1+1", "\"quo\"\"ted\"")
	f.Add("'=1", "x")
	f.Add("-\t\"a,b\"\r\n;", "Zoë")
	f.Fuzz(func(t *testing.T, message, name string) {
		if !utf8.ValidString(message) || message == "" {
			t.Skip()
		}
		dir := t.TempDir()
		o := batch.Outcome{Status: batch.Failed, Code: batch.CodePodMessage, Message: message, HTTPStatus: 200, Attempts: 3, At: 1790733600}
		_, err := published(t, dir, "gid,userId,name\ng1,70000000001,"+name+"\n", o)
		if _, refused := errors.AsType[*batch.Refusal](err); refused {
			t.Skip() // the cell made the file another one
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, report.ReportFile))
		if err != nil {
			t.Fatal(err)
		}
		source, err := batch.Snapshot(io.Discard, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		r, err := batch.NewReader(bytes.NewReader(data), source, batch.Layout{})
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		for row, err := range r.Rows() {
			if err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			if row.Fault.Code != "" || row.UserID != 70000000001 {
				continue
			}
			p := row.Prior
			if p.Line != 2 || p.Status != batch.Failed || p.Code != o.Code || p.Attempts != "3" || p.HTTPStatus != "200" ||
				p.At != "2026-09-30T02:00:00Z" || p.RunID != "20260930T020000Z-1f2e3d4c" {
				t.Fatalf("%+v\n%s", p, data)
			}
			if want := plainText(message); p.Message != want {
				t.Fatalf("message %q, want %q\n%s", p.Message, want, data)
			}
			return
		}
	})
}

// plainText is a message as a cell can hold it and give it back: control
// characters are spaces, and an apostrophe that the message itself has before
// what a spreadsheet would run cannot be told from ours.
func plainText(message string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, message)
	switch {
	case message[0] == '\t' || message[0] == '\r':
		return "'" + plain
	case len(plain) > 1 && plain[0] == '\'' && strings.IndexByte("=+-@", plain[1]) >= 0:
		return plain[1:]
	}
	return plain
}
