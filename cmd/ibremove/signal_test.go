package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ibremove/podclient/podtest"
)

// TestSignalDrains stops a run while its second request is under way: that one
// gets its true outcome, the rest is not sent, and the same command goes on.
func TestSignalDrains(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			signals := make(chan os.Signal, 2)
			call, pod := signalRun(t, signals)
			pod.SetFault(func(r podtest.Request) podtest.Fault {
				if r.Kind == podtest.Remove && r.OfKind == 2 {
					signals <- signal
					return podtest.Fault{Status: 502, Apply: true, Delay: 50 * time.Millisecond}
				}
				return podtest.Fault{}
			})
			code, output, report := call()
			if code != want {
				t.Fatalf("exit %d, want %d\n%s", code, want, output)
			}
			lines := strings.Split(strings.TrimSpace(output), "\n")
			if last := lines[len(lines)-1]; !strings.HasPrefix(last, "  ibremove resume --pod-url ") {
				t.Errorf("the last line is %q", last)
			}
			if n := strings.Count(report, ",removed,ok,"); n != 1 {
				t.Errorf("%d rows are removed, ok\n%s", n, report)
			}
			if n := strings.Count(report, ",removed,reconciled,"); n != 1 {
				t.Errorf("%d rows are removed, reconciled\n%s", n, report)
			}
			if n := strings.Count(report, ",not_sent,"); n != 3 {
				t.Errorf("%d rows are not sent\n%s", n, report)
			}
			if code, output, report := call(); code != 0 || strings.Count(report, ",removed,") != 5 {
				t.Errorf("again: exit %d\n%s%s", code, output, report)
			}
		})
	}
}

func signalRun(t *testing.T, signals chan os.Signal) (call func() (int, string, string), pod *podtest.Pod) {
	r := newRun(t)
	r.signals = signals
	file := "gid,userId\n"
	for user := int64(70000000001); user <= 70000000005; user++ {
		file += fmt.Sprintf("g1,%d\n", user)
		r.pod.AddMembers("g1", user)
	}
	path := r.write("leavers.csv", file)
	return func() (int, string, string) {
		code, output := r.main("run", "--yes", "--chunk-size", "1", "--concurrency", "1", path)
		found, _ := filepath.Glob(filepath.Join(r.dir, "leavers.2*", "report.csv"))
		if len(found) == 0 {
			return code, output, ""
		}
		report, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		return code, output, string(report)
	}, r.pod
}
