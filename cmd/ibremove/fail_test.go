package main_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
)

// fullPipe takes nothing, as a full disk behind stdout.
type fullPipe struct{}

func (fullPipe) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// A script that got no summary must not read success from the exit code.
func TestSummaryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, rows string
		args       []string
		want       int
	}{
		{"well", "g1,70000000001\n", []string{"check"}, 1},
		{"well, JSON", "g1,70000000001\n", []string{"check", "--json"}, 1},
		{"a worse code stays", "g1,70000000001\ng1,x\n", []string{"check", "--json"}, 3},
		{"a refusal stays one", "", []string{"check", "--json"}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "leavers.csv")
			if err := os.WriteFile(file, []byte("gid,userId\n"+test.rows), 0o600); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			code := main.Main(t.Context(), &main.Env{Args: append(test.args, file), Stdin: strings.NewReader(""),
				Stdout: fullPipe{}, Stderr: &stderr, Getenv: environment(), Now: time.Now})
			if code != test.want {
				t.Errorf("exit code %d, want %d", code, test.want)
			}
			if !strings.Contains(stderr.String(), "no space left on device") {
				t.Errorf("stderr %q", &stderr)
			}
		})
	}
}
