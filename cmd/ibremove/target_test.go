package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
)

// checkLogin asks a pod that nobody serves who the account is. It is exit 2 if
// it does not come to that, exit 5 if it does.
func checkLogin(t *testing.T, variables []string, args ...string) (code int, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "leavers.csv")
	if err := os.WriteFile(file, []byte("gid,userId\ng1,70000000001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	args = append([]string{"check", "--login", "--max-attempts", "1", file}, args...)
	code = main.Main(t.Context(), &main.Env{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: environment(variables...), Now: time.Now})
	return code, errs.String()
}

// A proxy that cannot be read is not passed by: who set it wants no other way.
func TestMalformedProxyVariable(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte("host: pod.invalid\nproxy: {host: 127.0.0.1, port: 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const pod = "https://pod.invalid"
	for _, test := range []struct {
		variable string
		others   string
		args     []string
		refused  bool
	}{
		{"HTTPS_PROXY=:::bad-hunter2", "", []string{"--pod-url", pod}, true},
		{"https_proxy=:::bad-hunter2", "", []string{"--pod-url", pod}, true},
		{"HTTPS_PROXY=http://me:hunter2@%zz:1", "", []string{"--pod-url", pod}, true},
		{"HTTPS_PROXY=http://me:hunter2", "", []string{"--pod-url", pod}, true},
		{"HTTPS_PROXY=http://me:hunter2@", "", []string{"--pod-url", pod}, true},
		{"HTTPS_PROXY=127.0.0.1:1", "", []string{"--pod-url", pod}, false},
		{"HTTPS_PROXY=http://me:hunter2@127.0.0.1:1", "", []string{"--pod-url", pod}, false},
		{"HTTPS_PROXY=:::bad-hunter2", "NO_PROXY=.invalid", []string{"--pod-url", pod}, false},
		{"HTTPS_PROXY=:::bad-hunter2", "", []string{"--pod-url", "http://127.0.0.1:1"}, false},
		{"HTTPS_PROXY=:::bad-hunter2", "", []string{"--config", config}, false},
	} {
		code, stderr := checkLogin(t, []string{"IBREMOVE_SESSION_TOKEN=token", test.variable, test.others}, test.args...)
		name, _, _ := strings.Cut(test.variable, "=")
		switch {
		case !test.refused && code != 5:
			t.Errorf("%s %s %v: exit %d, want 5\n%s", test.variable, test.others, test.args, code, stderr)
		case test.refused && (code != 2 || !strings.HasPrefix(stderr, "ibremove: environment variable "+name+": ")):
			t.Errorf("%s %s %v: exit %d, want 2 and the variable named\n%s", test.variable, test.others, test.args, code, stderr)
		}
		if strings.Contains(stderr, "hunter2") {
			t.Errorf("%s: tells its value\n%s", test.variable, stderr)
		}
	}
}
