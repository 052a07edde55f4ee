package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
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
			if last := lines[len(lines)-1]; !strings.HasPrefix(last, "  ibremove resume --yes ") {
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
	dir := t.TempDir()
	pod = podtest.New(podtest.Options{})
	file := "gid,userId\n"
	for _, user := range []string{"1", "2", "3", "4", "5"} {
		file += "g1,7000000000" + user + "\n"
	}
	pod.AddMembers("g1", 70000000001, 70000000002, 70000000003, 70000000004, 70000000005)
	if err := os.WriteFile(filepath.Join(dir, "leavers.csv"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := pod.Start(podtest.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return func() (int, string, string) {
		var out bytes.Buffer
		code := main.Main(t.Context(), &main.Env{
			Args: []string{"run", "--yes", "--pod-url", server.URL, "--chunk-size", "1", "--concurrency", "1", "--rate", "1000",
				filepath.Join(dir, "leavers.csv")},
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: dir, Now: time.Now, Signals: signals,
			Getenv: func(name string) (string, bool) {
				if name == "IBREMOVE_SESSION_TOKEN" {
					return pod.Token(), true
				}
				return "", false
			},
		})
		found, _ := filepath.Glob(filepath.Join(dir, "leavers.2*", "report.csv"))
		if len(found) == 0 {
			return code, out.String(), ""
		}
		report, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		return code, out.String(), string(report)
	}, pod
}
