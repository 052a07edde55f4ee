package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
)

const readme = "../../README.md"

// TestReadme holds the README to what the program does: its flags, and what a
// first run prints. With -update they are written anew.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	updated := string(text)
	for name, want := range map[string]string{
		"flags":      main.FlagRows(),
		"transcript": "```console\n" + firstRun(t) + "```\n",
	} {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
		head, rest, ok := strings.Cut(updated, begin)
		got, tail, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("%s has no part marked %q", readme, begin)
		}
		if *update {
			updated = head + begin + want + end + tail
		} else if settled(got) != settled(want) {
			t.Errorf("%s: %s is not what the program says (go test ./cmd/ibremove -run TestReadme -update):\n%s\nwant\n%s", readme, name, got, want)
		}
	}
	if *update {
		if err := os.WriteFile(readme, []byte(updated), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// settled takes out what differs from run to run.
func settled(text string) string {
	for _, p := range [][2]string{
		{`127\.0\.0\.1:\d+`, "POD"},
		{`\d{8}T\d{6}Z-[0-9a-f]{8}`, "RUN"},
		{`\bin (\d+m )?\d+m?s\b`, "in TIME"},
	} {
		text = regexp.MustCompile(p[0]).ReplaceAllString(text, p[1])
	}
	return text
}

// firstRun is what the README's first command prints, in a folder of its own.
func firstRun(t *testing.T) string {
	t.Helper()
	input, err := os.ReadFile("../../testdata/offboarding.csv")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "offboarding.csv")
	if err := os.WriteFile(file, input, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code := main.Main(t.Context(), &main.Env{
		Args:   []string{"run", "--simulate", file},
		Stdin:  strings.NewReader(""),
		Stdout: &out, Stderr: &out,
		Getenv: environment(),
		Now:    time.Now,
		Dir:    dir,
	})
	if code != 3 {
		t.Fatalf("exit %d\n%s", code, &out)
	}
	return strings.ReplaceAll(out.String(), dir, "testdata")
}
