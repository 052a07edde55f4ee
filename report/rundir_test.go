package report_test

import (
	"strings"
	"testing"
	"time"

	"ibremove/report"
)

func TestRunID(t *testing.T) {
	at := time.Date(2026, 9, 30, 4, 0, 0, 0, time.FixedZone("", 2*60*60))
	const pod = "https://pod.example.com"
	id := report.RunID(at, pod, false)
	if want := "20260930T020000Z-" + report.PodHash(pod); id != want {
		t.Errorf("got %s, want %s", id, want)
	}
	if undo := report.RunID(at, pod, true); undo != "undo-"+id {
		t.Errorf("got %s", undo)
	}
	if report.PodHash("https://other.example.com") == report.PodHash(pod) {
		t.Error("two pods have one hash")
	}
}

func TestPodHash(t *testing.T) {
	// echo -n abc | sha256sum
	if got := report.PodHash("abc"); got != "ba7816bf" {
		t.Errorf("got %s", got)
	}
}

func TestParseRunID(t *testing.T) {
	for _, tt := range []struct {
		id, pod  string
		undo, ok bool
	}{
		{"20260930T020000Z-1f2e3d4c", "1f2e3d4c", false, true},
		{"20260930T020000Z-1f2e3d4c-2", "1f2e3d4c", false, true},
		{"20260930T020000Z-1f2e3d4c-10", "1f2e3d4c", false, true},
		{"undo-20260930T020000Z-1f2e3d4c-3", "1f2e3d4c", true, true},
		{"20260930T020000Z-1f2e3d4c-1", "", false, false},
		{"20260930T020000Z-1f2e3d4c-02", "", false, false},
		{"20260930T020000Z-1f2e3d4c-", "", false, false},
		{"20260930T020000Z-1f2e3d4c-2-3", "", false, false},
		{"20260930T020000Z-1F2E3D4C", "", false, false},
		{"20260930T020000Z-1f2e3d4", "", false, false},
		{"20260930T020000Z-1f2e3d4g", "", false, false},
		{"20261330T020000Z-1f2e3d4c", "", false, false},
		{"20260930T020000.5Z-1f2e3d4c", "", false, false},
		{"undo-undo-20260930T020000Z-1f2e3d4c", "", false, false},
		{"20260930T020000Z", "", false, false},
		{"", "", false, false},
	} {
		pod, undo, ok := report.ParseRunID(tt.id)
		if ok != tt.ok || ok && (pod != tt.pod || undo != tt.undo) {
			t.Errorf("%q: got %q, %t, %t", tt.id, pod, undo, ok)
		}
	}
}

func TestRunName(t *testing.T) {
	for input, want := range map[string]string{
		"-":                       "stdin",
		"q3.csv":                  "q3",
		"in/q3.csv":               "q3",
		"q3.csv.gz":               "q3",
		"Q3.CSV":                  "Q3",
		"q3.Csv.Gz":               "q3",
		"q3.gz":                   "q3.gz",
		"q3.txt":                  "q3.txt",
		"q3.csv.csv":              "q3.csv",
		".csv":                    ".csv",
		".csv.gz":                 ".csv.gz",
		"a b\n.csv":               "a b\n",
		strings.Repeat("é", 120):  strings.Repeat("é", 100),
		strings.Repeat("€", 120):  strings.Repeat("€", 66),
		strings.Repeat("x", 300):  strings.Repeat("x", 200),
		"20260930T020000Z.csv":    "20260930T020000Z",
		"q3.20260930T020000Z.csv": "q3.20260930T020000Z",
	} {
		if got := report.RunName(input); got != want {
			t.Errorf("%q: got %q, want %q", input, got, want)
		}
	}
}
