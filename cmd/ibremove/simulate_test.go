package main_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
)

// served runs simulate with args, asks it who the account is, and returns what
// it said on stderr.
func served(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdout, out := io.Pipe()
	var stderr bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- main.Main(ctx, &main.Env{Args: append([]string{"simulate"}, args...), Stdin: strings.NewReader(""),
			Stdout: out, Stderr: &stderr, Getenv: environment(), Now: time.Now})
	}()
	said := make(map[string]string)
	for lines := bufio.NewScanner(stdout); len(said) < 2 && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		said[name] = value
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, said["pod-url"]+"/pod/v2/sessioninfo", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("sessionToken", said["session-token"])
	request.Header.Set("X-Trace-Id", "TRACE")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("exit %d, stderr %s", code, &stderr)
	}
	return stderr.String()
}

func TestSimulateVerbose(t *testing.T) {
	t.Parallel()
	if got, want := served(t, "--verbose"), "\nGET /pod/v2/sessioninfo: trace TRACE\n"; !strings.HasSuffix(got, want) {
		t.Errorf("stderr %q, want %q at its end", got, want)
	}
	if got := served(t); strings.Contains(got, "sessioninfo") {
		t.Errorf("without --verbose: stderr %q", got)
	}
}

func TestSimulateOnAPortThatIsTaken(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	code, stdout, stderr := call(t, "simulate", "--addr", taken.Addr().String())
	if want := "\nchoose another port, or leave --addr out: a free one is taken then.\n"; code != 2 || stdout != "" || !strings.HasSuffix(stderr, want) {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// A flag that changes nothing is an error, not ignored.
func TestVerifyWritesNoMetrics(t *testing.T) {
	_, err := main.Parse([]string{"verify", "--metrics-file", "m", "x"}, environment())
	if want := "verify takes no --metrics-file; it belongs to run, check, resume, undo"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
