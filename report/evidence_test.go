package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ibremove/batch"
	"ibremove/report"
)

var updateEvidence = flag.Bool("update", false, "write the expected evidence pages anew")

// evidence is a run with every outcome in it: counts by [batch.Status], one
// group after the other.
func evidence(groups ...[batch.NotSent + 1]int) *report.Evidence {
	began := time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)
	s := &report.Summary{
		RunID:      "20260930T020000Z-1f2e3d4c",
		Version:    "1.2.3",
		Status:     report.StatusDone,
		StartedAt:  began,
		FinishedAt: began.Add(41*time.Minute + 7*time.Second),
		Pod:        "https://acme.symphony.com",
		Username:   "svc-offboarding",
		Input:      report.SummaryInput{Path: "Kündigungen Q3 – 離職.csv", SHA256: strings.Repeat("0a", 32)},
		Groups:     len(groups),
		Requests:   report.Requests{Sent: 1234, Retried: 5},
		Options:    map[string]string{"chunk-size": "200", "rate": "5", "verify": "true"},
		Outputs:    map[string]report.Output{report.ReportFile: {Path: report.ReportFile, SHA256: strings.Repeat("1b", 32)}},
	}
	e := &report.Evidence{Summary: s}
	for i, g := range groups {
		e.Groups = append(e.Groups, report.GroupCounts{GID: fmt.Sprintf("571db1f2e4b027c4f%07x", i), Counts: report.Counts{ByStatus: g}})
		for status, n := range g {
			s.Counts.ByStatus[status] += n
		}
	}
	s.Input.Rows = s.Counts.Total()
	s.Outputs[report.ReportFile] = report.Output{Path: report.ReportFile, SHA256: strings.Repeat("1b", 32), Rows: s.Input.Rows}
	return e
}

// open adds rows that are not done, and the files that list them.
func open(e *report.Evidence, rows ...report.NotDoneRow) *report.Evidence {
	e.NotDone = append(e.NotDone, rows...)
	e.Summary.Status, e.Summary.ExitCode = report.StatusRowsFailed, 3
	e.Summary.Outputs[report.FailuresFile] = report.Output{Path: report.FailuresFile, SHA256: strings.Repeat("2c", 32), Rows: len(e.NotDone) + e.Rest}
	return e
}

// mixed is a run with everything in it.
func mixed() *report.Evidence {
	e := evidence(
		[...]int{batch.Removed: 1200, batch.Absent: 30, batch.Failed: 2, batch.Unknown: 1, batch.Duplicate: 4, batch.NotSent: 1},
		[...]int{batch.Removed: 3, batch.NotSent: 0},
		[...]int{batch.Failed: 1, batch.NotSent: 7},
	)
	s := e.Summary
	s.Counts.ByStatus[batch.Invalid] = 2
	s.Input.Rows = s.Counts.Total()
	gid := e.Groups[0].GID
	e.Rest = 10
	open(e,
		report.NotDoneRow{Line: 7, GID: gid, UserID: "351775001412105", Status: "failed", Code: "deactivated", Message: "user <b>Zoë & Söhne</b> cannot be removed"},
		report.NotDoneRow{Line: 9, GID: gid, UserID: "3.47583E+14", Status: "invalid", Code: "bad_user_id", Message: `"3.47583E+14": digits lost by a spreadsheet`},
		report.NotDoneRow{Line: 12, GID: "שלום\u202egid", UserID: "12\u202e345\u202c67", Status: "invalid", Code: "bad_gid", Message: "مرحبا 日本語 \u200f!"},
		report.NotDoneRow{Line: 1009, GID: gid, UserID: "351775001412106", Status: "unknown", Code: "http_502"},
	)
	s.Outputs[report.ReportFile] = report.Output{SHA256: strings.Repeat("1b", 32), Rows: s.Input.Rows}
	s.Outputs[report.DeactivatedFile] = report.Output{SHA256: strings.Repeat("3d", 32), Rows: 1}
	s.Outputs[report.VerifyFile] = report.Output{SHA256: strings.Repeat("4e", 32), Rows: 1}
	s.Status, s.ExitCode, s.StoppedBecause = report.StatusStopped, 6, "deadline: --max-duration 40m is over"
	e.Verified = "1 of 1,233 people is still a member, read at 2026-09-30T02:41:07Z."
	e.Warnings = []string{"line 7: a user id below 2^36, without a tenant part: a totals line?"}
	e.Before = []string{"svc-<first>"}
	return e
}

func render(t testing.TB, e *report.Evidence) string {
	t.Helper()
	var page bytes.Buffer
	if err := report.WriteEvidence(&page, e); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func TestEvidenceGolden(t *testing.T) {
	undo := evidence([...]int{batch.Removed: 2, batch.Absent: 1, batch.NotSent: 0})
	undo.Operation, undo.Summary.Counts.Operation = batch.Add, batch.Add
	undo.Summary.RunID, undo.Summary.Username, undo.Summary.Input.Path = "undo-20260930T030000Z-1f2e3d4c", "", "-"
	for name, e := range map[string]*report.Evidence{"mixed": mixed(), "undo": undo} {
		file := filepath.Join("testdata", "evidence-"+name+".html")
		got := render(t, e)
		if *updateEvidence {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what is written; run with -update, and look at the difference", file)
		}
	}
}

func TestEvidenceState(t *testing.T) {
	row := report.NotDoneRow{Line: 2, Status: "failed"}
	all := evidence([...]int{batch.Removed: 1200, batch.NotSent: 0})
	none := open(evidence([...]int{batch.Failed: 1, batch.NotSent: 0}), row)
	doubt := evidence([...]int{batch.Removed: 1, batch.NotSent: 0})
	doubt.Summary.Status, doubt.Summary.ExitCode = report.StatusRowsFailed, 6 // a group could not be read
	for want, e := range map[string]*report.Evidence{
		"Finished: every row is done.":              all,
		"Finished: 1 of 1 row not done.":            none,
		"Stopped early: 14 of 1,251 rows not done.": mixed(),
		"but the verification did not confirm it":   doubt,
		"Verification: none was made in this run.":  all,
		"<p>None.</p>":                                     doubt,
		"Deactivated accounts: 1 row.":                     mixed(),
		"Not counted here: 2 rows":                         mixed(),
		"The first 4. There are 10 more: failures.csv has": mixed(),
	} {
		if page := render(t, e); !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	if page := render(t, all); strings.Contains(page, "Deactivated") || strings.Contains(page, "failures.csv") || strings.Contains(page, "Stopped") {
		t.Errorf("a run that is done names what it has not:\n%s", page)
	}
}
