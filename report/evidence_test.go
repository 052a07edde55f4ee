package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"ibremove/batch"
	"ibremove/report"
)

// evidence is a page about so many groups and rows that are not done.
func evidence(groups, notDone int) *report.Evidence {
	at := time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)
	e := &report.Evidence{
		Verified: "All 7 people are out of their groups, read at 2026-09-30T02:00:05Z.",
		Summary: &report.Summary{RunID: "20260930T020000Z-1f2e3d4c", Version: "1.2.3", Status: report.StatusRowsFailed, StartedAt: at, FinishedAt: at.Add(time.Minute),
			Pod: "https://acme.symphony.com", Username: "svc-offboarding", Groups: groups,
			Input:   report.SummaryInput{Path: "Austritte Zürich.csv", SHA256: "aa", Rows: 10},
			Options: map[string]string{"rate": "5"},
			Outputs: map[string]report.Output{"report.csv": {Path: "report.csv", SHA256: "bb", Rows: 10}},
		},
	}
	e.Summary.Counts.ByStatus[batch.Removed], e.Summary.Counts.ByStatus[batch.Failed] = 7, 3
	for g := range groups {
		c := report.GroupCounts{GID: fmt.Sprintf("g%d", g)}
		c.Counts.ByStatus[batch.Removed], c.Counts.ByStatus[batch.Failed] = 3, g%2
		e.Groups = append(e.Groups, c)
	}
	for n := range min(notDone, report.MostRows) {
		e.NotDone = append(e.NotDone, report.NotDoneRow{Line: n + 2, GID: "g1", UserID: "<script>alert(1)</script>", Status: "failed", Code: "pod_message", Message: "\u202egnihton & \"more\""})
	}
	e.Rest = max(0, notDone-report.MostRows)
	return e
}

func page(t *testing.T, e *report.Evidence) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteEvidence(&b, e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEvidence(t *testing.T) {
	got := page(t, evidence(3, 3))
	for _, want := range []string{
		"20260930T020000Z-1f2e3d4c", "https://acme.symphony.com", "svc-offboarding", "Austritte Zürich.csv", "2026-09-30T02:01:00Z", "rate 5", ">aa<", ">bb<",
		`data-count="removed">7<`, `data-count="failed">3<`, `data-count="not_sent">0<`,
		"3 of 10 rows are not done", "All 7 people are out of their groups",
		`<span class="removed" style="width:75.00%"></span><span class="failed" style="width:25.00%"></span>`, "3 removed, 1 failed",
		"&lt;script&gt;alert(1)&lt;/script&gt;", "default-src &#39;none&#39;",
	} {
		if !strings.Contains(got, want) && !strings.Contains(got, strings.ReplaceAll(want, "&#39;", "'")) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "http-equiv=\"refresh\"", "src=", "@import", "url("} {
		if strings.Contains(got, never) {
			t.Errorf("the page has %q", never)
		}
	}
}

func TestEvidenceLimits(t *testing.T) {
	got := page(t, evidence(2500, 1500))
	if n := strings.Count(got, `<div class="bar"`); n != 2000 {
		t.Errorf("%d bars", n)
	}
	if n := strings.Count(got, "pod_message"); n != report.MostRows {
		t.Errorf("%d rows", n)
	}
	if !strings.Contains(got, "And 500 more: all of them are in failures.csv.") || !strings.Contains(got, "500 more are in report.csv") {
		t.Error("it does not say where the rest is")
	}
	if got := page(t, evidence(0, 0)); !strings.Contains(got, "There is none.") {
		t.Error("a page without failures does not say so")
	}
}

func BenchmarkEvidence(b *testing.B) {
	e := evidence(2000, 1000)
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := report.WriteEvidence(&out, e); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len()), "B/page")
}
