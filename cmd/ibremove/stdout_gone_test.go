//go:build unix

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ibremove/report"
)

// TestReaderGone: where nobody reads its words any more, a run comes to its
// report all the same, and its exit code says that nobody heard it.
func TestReaderGone(t *testing.T) {
	r := newRun(t)
	file := r.write("leavers.csv", "gid,userId\ng1,70000000001\n")
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	cmd := exec.CommandContext(t.Context(), "ibremove", "run", "--yes", "--verbose", "--pod-url", r.url, file)
	cmd.Env = append(os.Environ(), "IBREMOVE_SESSION_TOKEN="+r.pod.Token())
	cmd.Stdout, cmd.Stderr = out, out
	_ = cmd.Run()
	_ = out.Close()
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("%s", cmd.ProcessState)
	}
	if found, _ := filepath.Glob(filepath.Join(r.dir, "leavers.2*", report.SummaryFile)); len(found) != 1 {
		t.Errorf("it left %v", found)
	}
}
