package main_test

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
	"ibremove/podclient/podtest"
)

// TestNoSecretIsWritten runs every command against a pod that echoes the token
// wherever it can, and looks for it in all that the program writes.
func TestNoSecretIsWritten(t *testing.T) {
	t.Parallel()
	const proxyPassword = "hunter2-of-the-proxy"
	for _, test := range []struct {
		name  string
		fault func(token string) podtest.Fault
	}{
		{"well", func(string) podtest.Fault { return podtest.Fault{} }},
		{"400", func(token string) podtest.Fault { return podtest.Fault{Status: 400, Message: "bad " + token} }},
		{"401", func(token string) podtest.Fault { return podtest.Fault{Status: 401, Message: "who is " + token} }},
		{"403", func(token string) podtest.Fault { return podtest.Fault{Status: 403, Message: token} }},
		{"500", func(token string) podtest.Fault { return podtest.Fault{Status: 500, Message: token, Apply: true} }},
		{"garbage", func(token string) podtest.Fault { return podtest.Fault{Status: 200, Body: []byte("<html>" + token)} }},
		{"redirect", func(token string) podtest.Fault {
			return podtest.Fault{Status: 302, Header: http.Header{"Location": {"https://evil.example/" + token}}}
		}},
		{"texts", func(token string) podtest.Fault {
			return podtest.Fault{Status: 200, Body: []byte(`{"overallResult":"FAIL","results":["` + token + `","` + token + `"]}`)}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			pod := podtest.New(podtest.Options{})
			pod.AddMembers("g1", 70000000001, 70000000002)
			server, err := pod.Start(podtest.Listen{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Close)
			token := pod.Token()
			pod.SetFault(func(r podtest.Request) podtest.Fault {
				if r.Kind == podtest.Remove || r.Kind == podtest.Groups {
					return test.fault(token)
				}
				return podtest.Fault{}
			})
			file := filepath.Join(dir, "leavers.csv")
			if err := os.WriteFile(file, []byte("gid,userId\ng1,70000000001\ng1,70000000002\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			secretFile := filepath.Join(dir, "token")
			if err := os.WriteFile(secretFile, []byte(token+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			var written bytes.Buffer
			getenv := func(name string) (string, bool) {
				if name == "HTTPS_PROXY" {
					return "http://me:" + proxyPassword + "@127.0.0.1:1", true
				}
				return "", false
			}
			call := func(args ...string) {
				args = append(args, "--pod-url", server.URL, "--session-token-file", secretFile, "--max-attempts", "1", "--rate", "1000", "--verbose")
				main.Main(t.Context(), &main.Env{Args: args, Stdin: strings.NewReader(""), Stdout: &written, Stderr: &written,
					Getenv: getenv, Now: time.Now, Dir: dir})
			}
			call("check", "--login", file)
			call("run", "--yes", "--preflight", "--json", file)
			call("run", "--yes", file)
			runs, _ := filepath.Glob(filepath.Join(dir, "leavers.2*"))
			if len(runs) != 1 {
				t.Fatalf("run directories: %v\n%s", runs, &written)
			}
			call("resume", "--yes", runs[0])
			call("verify", runs[0])
			call("undo", "--yes", runs[0])
			_ = os.Remove(secretFile)
			collect(t, dir, &written)
			for _, secret := range []string{token, proxyPassword} {
				if i := bytes.Index(written.Bytes(), []byte(secret)); i >= 0 {
					t.Errorf("a secret was written:\n…%s", written.Bytes()[max(0, i-300):i])
				}
			}
			if !bytes.Contains(written.Bytes(), []byte("70000000001")) {
				t.Error("nothing was collected")
			}
		})
	}
}

// collect adds the content of all files below dir.
func collect(t *testing.T, dir string, to *bytes.Buffer) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		to.WriteString(path)
		to.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
