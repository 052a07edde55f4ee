package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestSplit runs the README's way to split a file over several pods: every row
// is in one of the files, under the header.
func TestSplit(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no sh, no awk")
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"pods.csv":        "gid,pod\r\ng1,emea\r\ng2,apac\r\ng3,emea\r\n",
		"offboarding.csv": "gid,userId\ng1,70000000001\ng2,70000000002\ng4,70000000003\ng3,70000000004\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sh := exec.CommandContext(t.Context(), "sh", "-c", fenced(t, "split.sh"))
	sh.Dir = dir
	if out, err := sh.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range map[string]string{
		"emea.csv":    "gid,userId\ng1,70000000001\ng3,70000000004\n",
		"apac.csv":    "gid,userId\ng2,70000000002\n",
		"nowhere.csv": "gid,userId\ng4,70000000003\n",
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}
