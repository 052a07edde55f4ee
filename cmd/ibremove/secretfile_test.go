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
	"syscall"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
)

const nobodyServes = "http://127.0.0.1:1"

// What others can read is no private key.
func TestWhoMayReadThePrivateKey(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		mode   fs.FileMode
		reason string // empty: the key is taken
	}{
		{0o600, ""},
		{0o400, ""},
		{0o604, "can be read or changed by others (mode 0604)"},
		{0o640, "can be read or changed by others (mode 0640)"},
		{0o440, "can be read or changed by others (mode 0440)"},
	} {
		key := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(key, []byte(pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private))), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(key, test.mode); err != nil {
			t.Fatal(err)
		}
		code, stderr := checkLogin(t, nil, "--pod-url", nobodyServes, "--username", "svc", "--private-key-file", key)
		switch {
		case test.reason == "" && (code != 5 || strings.Contains(stderr, "warning")):
			t.Errorf("mode %04o: exit %d, want 5\n%s", test.mode, code, stderr)
		case test.reason != "" && (code != 2 || !strings.Contains(stderr, test.reason) || !strings.Contains(stderr, "chmod 6")):
			t.Errorf("mode %04o: exit %d, want 2 and %q\n%s", test.mode, code, test.reason, stderr)
		}
	}
}

// A key of root's may come to another account through its group, as Kubernetes
// mounts a secret; a key of anybody else may not.
func TestAccessTo(t *testing.T) {
	t.Parallel()
	const root, me, another = 0, 65532, 4711
	for _, test := range []struct {
		owner, euid  int
		mode         fs.FileMode
		ours, others bool
	}{
		{me, me, 0o600, true, false}, {me, me, 0o640, true, true}, {root, root, 0o440, true, true},
		{root, me, 0o440, false, false}, {root, me, 0o640, false, false},
		{root, me, 0o660, false, true}, {root, me, 0o444, false, true}, {root, me, 0o644, false, true},
		{another, me, 0o440, false, true}, {another, root, 0o640, false, true},
	} {
		info := ownedFile{&syscall.Stat_t{Uid: uint32(test.owner)}, test.mode}
		if ours, others := main.AccessTo(info, test.euid); ours != test.ours || others != test.others {
			t.Errorf("%+v: ours %v, others %v", test, ours, others)
		}
	}
}

type ownedFile struct {
	stat *syscall.Stat_t
	mode fs.FileMode
}

func (ownedFile) Name() string        { return "key.pem" }
func (ownedFile) Size() int64         { return 1 }
func (f ownedFile) Mode() fs.FileMode { return f.mode }
func (ownedFile) ModTime() time.Time  { return time.Time{} }
func (ownedFile) IsDir() bool         { return false }
func (f ownedFile) Sys() any          { return f.stat }

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

// A key that stands in the configuration itself is told of, where others can
// read that: it has other uses too, and is not refused.
func TestKeyInAConfigurationThatOthersCanRead(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.ReplaceAll(pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private)), "\n", "\\n")
	for mode, warned := range map[fs.FileMode]bool{0o600: false, 0o644: true} {
		config := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(config, []byte("bot: {username: svc, privateKey: {content: \""+key+"\"}}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(config, mode); err != nil {
			t.Fatal(err)
		}
		code, stderr := checkLogin(t, nil, "--pod-url", nobodyServes, "--config", config)
		if code != 5 || strings.Contains(stderr, "warning: bot.privateKey.content: "+config+" can be read") != warned {
			t.Errorf("mode %04o: exit %d\n%s", mode, code, stderr)
		}
	}
}
