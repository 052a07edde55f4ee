package main_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"ibremove/batch"
	main "ibremove/cmd/ibremove"
	"ibremove/report"
)

const metricsPage = `# HELP ibremove_build_info The program that ran.
# TYPE ibremove_build_info gauge
ibremove_build_info{version="1.2.3"} 1
# HELP ibremove_last_success_timestamp_seconds When a run last ended with every row done; 0: never.
# TYPE ibremove_last_success_timestamp_seconds gauge
ibremove_last_success_timestamp_seconds 1.790735e+09
# HELP ibremove_requests_retried_total Requests of the last run that were sent again.
# TYPE ibremove_requests_retried_total counter
ibremove_requests_retried_total 2
# HELP ibremove_requests_total Requests of the last run, by HTTP status or event.
# TYPE ibremove_requests_total counter
ibremove_requests_total{code="200"} 7
ibremove_requests_total{code="timeout"} 2
# HELP ibremove_rows Rows of the last run, by outcome.
# TYPE ibremove_rows gauge
ibremove_rows{status="absent"} 0
ibremove_rows{status="duplicate"} 0
ibremove_rows{status="failed"} 0
ibremove_rows{status="invalid"} 0
ibremove_rows{status="not_sent"} 0
ibremove_rows{status="removed"} 1234
ibremove_rows{status="unknown"} 0
# HELP ibremove_run_duration_seconds How long the last run took.
# TYPE ibremove_run_duration_seconds gauge
ibremove_run_duration_seconds 61.5
# HELP ibremove_run_end_timestamp_seconds When the last run ended.
# TYPE ibremove_run_end_timestamp_seconds gauge
ibremove_run_end_timestamp_seconds 1.7907350615e+09
# HELP ibremove_run_exit_code Exit code of the last run.
# TYPE ibremove_run_exit_code gauge
ibremove_run_exit_code 0
# HELP ibremove_run_start_timestamp_seconds When the last run began.
# TYPE ibremove_run_start_timestamp_seconds gauge
ibremove_run_start_timestamp_seconds 1.790735e+09
`

// measured is a run that removed everybody.
func measured() *report.Summary {
	began := time.Unix(1_790_735_000, 0)
	s := &report.Summary{Version: "1.2.3", StartedAt: began, FinishedAt: began.Add(61*time.Second + 500*time.Millisecond),
		Requests: report.Requests{Sent: 9, Retried: 2, ByStatus: map[string]int{"200": 7, "timeout": 2}}}
	s.Counts.ByStatus[batch.Removed] = 1234
	return s
}

func TestMetricsPage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ibremove.prom")
	if err := main.WriteMetrics(report.OSDisk{}, path, measured(), measured().StartedAt); err != nil {
		t.Fatal(err)
	}
	if got := readMetrics(t, path); got != metricsPage {
		t.Errorf("got\n%s", got)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("mode %v", info.Mode())
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// A run that is no success tells of the last one that was, as far as the old
// file can be read.
func TestMetricsLastSuccess(t *testing.T) {
	const name = "ibremove_last_success_timestamp_seconds"
	failed := measured()
	failed.ExitCode = 3
	for what, tt := range map[string]struct{ old, want string }{
		"success before":  {metricsPage, "1.790735e+09"},
		"none before":     {"", "0"},
		"not of ours":     {"node_up 1\n", "0"},
		"damaged":         {metricsPage + "}{", "0"},
		"cut":             {metricsPage[:strings.Index(metricsPage, name+" 1")+len(name)], "0"},
		"as a counter":    {"# TYPE " + name + " counter\n" + name + " 5\n", "0"},
		"not a number":    {name + " x\n", "0"},
		"another failure": {"# TYPE " + name + " gauge\n" + name + " 1700000000\n", "1.7e+09"},
		"too large":       {metricsPage + strings.Repeat("# much more than we ever write\n", 1<<16), "0"},
		"binary":          {"\x00\xff\xfe", "0"},
	} {
		path := filepath.Join(t.TempDir(), "ibremove.prom")
		if tt.old != "" {
			if err := os.WriteFile(path, []byte(tt.old), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := main.WriteMetrics(report.OSDisk{}, path, failed, failed.StartedAt); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got := readMetrics(t, path); !strings.Contains(got, "\n"+name+" "+tt.want+"\n") || !strings.Contains(got, "_exit_code 3\n") {
			t.Errorf("%s: got\n%s", what, got)
		}
	}
}

func TestMetricsUndo(t *testing.T) {
	undo := measured()
	undo.Counts.Operation = batch.Add
	path := filepath.Join(t.TempDir(), "ibremove.prom")
	if err := main.WriteMetrics(report.OSDisk{}, path, undo, undo.StartedAt); err != nil {
		t.Fatal(err)
	}
	if got := readMetrics(t, path); !strings.Contains(got, `{status="restored"} 1234`) || strings.Contains(got, "removed") {
		t.Errorf("got\n%s", got)
	}
}

func TestMetricsNowhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "ibremove.prom")
	if err := main.WriteMetrics(report.OSDisk{}, path, measured(), measured().StartedAt); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func readMetrics(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
