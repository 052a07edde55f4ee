package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
	"ibremove/report"
)

func TestMetrics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ibremove.prom")
	began := time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)
	write := func(exit int, at time.Time) string {
		s := &report.Summary{Version: "1.2.3", ExitCode: exit, StartedAt: began, FinishedAt: at,
			Requests: report.Requests{Sent: 3, ByStatus: map[string]int{"200": 2, "timeout": 1}}}
		s.Counts.ByStatus[1] = 12
		if err := main.WriteMetrics(report.OSDisk{}, path, s, at); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	good := began.Add(90 * time.Second)
	first := write(0, good)
	for _, want := range []string{
		"# HELP ibremove_rows ", "# TYPE ibremove_rows gauge\n", "ibremove_rows{status=\"removed\"} 12\n", "ibremove_rows{status=\"not_sent\"} 0\n",
		"# TYPE ibremove_requests_total counter\n", "ibremove_requests_total{code=\"timeout\"} 1\n", "ibremove_run_duration_seconds 90\n",
		"ibremove_run_exit_code 0\n", "ibremove_last_success_timestamp_seconds 1.79073369e+09\n", "ibremove_build_info{version=\"1.2.3\"} 1\n",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("lacks %q:\n%s", want, first)
		}
	}
	if second := write(5, good.Add(time.Hour)); !strings.Contains(second, "ibremove_last_success_timestamp_seconds 1.79073369e+09\n") || !strings.Contains(second, "exit_code 5\n") {
		t.Errorf("the last success is not carried over:\n%s", second)
	}
	if err := os.WriteFile(path, []byte("{{{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if third := write(5, good); !strings.Contains(third, "ibremove_last_success_timestamp_seconds 0\n") {
		t.Errorf("a damaged file is believed:\n%s", third)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 && os.PathSeparator == '/' {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
