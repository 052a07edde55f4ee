//go:build unix

package main_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const nobodyServes = "http://127.0.0.1:1"

// What others can read is no private key.
func TestWhoMayReadThePrivateKey(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const ours, other = -1, 4711
	for _, test := range []struct {
		owner  int
		mode   fs.FileMode
		reason string // empty: the key is taken
	}{
		{ours, 0o600, ""},
		{ours, 0o400, ""},
		{ours, 0o604, "can be read or changed by others (mode 0604)"},
		{ours, 0o640, "can be read or changed by others (mode 0640)"},
		{ours, 0o440, "can be read or changed by others (mode 0440)"},
		// As Kubernetes mounts a secret for a group.
		{other, 0o440, ""},
		{other, 0o640, ""},
		{other, 0o660, "can be read or changed by others (mode 0660)"},
		{other, 0o644, "can be read or changed by others (mode 0644)"},
		{other, 0o444, "can be read or changed by others (mode 0444)"},
	} {
		if test.owner == other && os.Geteuid() != 0 {
			continue // nobody else can give a file away
		}
		key := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(key, []byte(pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private))), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(key, test.owner, -1); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(key, test.mode); err != nil {
			t.Fatal(err)
		}
		code, stderr := checkLogin(t, nil, "--pod-url", nobodyServes, "--username", "svc", "--private-key-file", key)
		switch {
		case test.reason == "" && (code != 5 || strings.Contains(stderr, "warning")):
			t.Errorf("owner %d, mode %04o: exit %d, want 5\n%s", test.owner, test.mode, code, stderr)
		case test.reason != "" && (code != 2 || !strings.Contains(stderr, test.reason) || !strings.Contains(stderr, "chmod 6")):
			t.Errorf("owner %d, mode %04o: exit %d, want 2 and %q\n%s", test.owner, test.mode, code, test.reason, stderr)
		}
	}
}

// A token of an hour is not worth a failed run: it is used, with a warning.
func TestTokenFileThatOthersCanRead(t *testing.T) {
	t.Parallel()
	for mode, warned := range map[fs.FileMode]bool{0o600: false, 0o644: true} {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte("token\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		code, stderr := checkLogin(t, nil, "--pod-url", nobodyServes, "--session-token-file", file)
		want := "warning: --session-token-file: " + file + " can be read or changed by others (mode 0644); run: chmod 600 " + file + "\n"
		if n := strings.Count(stderr, want); code != 5 || n != map[bool]int{true: 1}[warned] {
			t.Errorf("mode %04o: exit %d, want 5; warned %d times\n%s", mode, code, n, stderr)
		}
	}
}
