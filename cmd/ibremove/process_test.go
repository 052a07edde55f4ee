//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
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

// TestNothingOfNetHTTPIsSaid: what follows an answer that has no body goes to
// net/http's own log, past all that takes secrets out. That log goes nowhere.
func TestNothingOfNetHTTPIsSaid(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n{\"token\":\"S3CRET\"}")
				}
			}()
		}
	}()
	file := filepath.Join(t.TempDir(), "leavers.csv")
	if err := os.WriteFile(file, []byte("gid,userId\ng1,70000000001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "ibremove", "run", "--yes", "--rate", "1000", "--max-attempts", "2", "--pod-url", "http://"+listener.Addr().String(), file)
	cmd.Env = append(os.Environ(), "IBREMOVE_SESSION_TOKEN=t")
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 6 || bytes.Contains(out, []byte("S3CRET")) || bytes.Contains(out, []byte("Unsolicited")) {
		t.Errorf("exit %d\n%s", code, out)
	}
}
