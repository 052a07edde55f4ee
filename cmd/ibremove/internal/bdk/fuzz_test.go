package bdk_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"ibremove/cmd/ibremove/internal/bdk"
)

// FuzzParse holds whatever Parse accepts to what its callers rely on. A file
// with faults keeps to it as well, as its other parts are used.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"host: acme.symphony.com\nbot:\n  username: b\n  privateKey: {path: k}\n",
		"bdk:\n  pod: &p {host: a, port: '${P}'}\n  sessionAuth: *p\n",
		"{\"host\": \"::1\", \"proxy\": {\"host\": \"p\", \"port\": 1, \"username\": \"u\"}}",
		"x: &x\n  context: a/b\nhost: h\npod:\n  <<: [*x]\n  defaultHeaders: {A: b}\n",
		"bot: {certificate: {content: TUlJ, password: !!str 1}}\nretry: {maxAttempts: -1}\n",
		"%YAML 1.2\n---\nhost: |-\n  h\n...\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		check := func(err error) {
			if err == nil {
				return
			}
			if text := err.Error(); !utf8.ValidString(text) || !strings.HasPrefix(text, name+":") || strings.ContainsAny(text, "\r\n\t") {
				t.Errorf("error %q", text)
			}
		}
		c, err := bdk.Parse(name, data, environment(map[string]string{"P": "8443"}))
		if check(err); err != nil {
			return
		}
		for _, p := range bdk.Parts() {
			check(c.Need(p))
		}
		for _, a := range []bdk.Address{c.Pod, c.Login, c.SessionAuth} {
			if u := a.URL; u != nil && (u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.String() != strings.TrimSpace(u.String())) {
				t.Errorf("address %q", u)
			}
			if p := a.Proxy; p != nil && (p.Hostname() == "" || p.Scheme != "http") {
				t.Errorf("proxy %q", p)
			}
		}
		for _, file := range []bdk.File{c.TrustStore, c.PrivateKey, c.Certificate} {
			given := file.Path != "" || !file.Content.IsZero()
			if given != (file.Key != "") || file.Path != "" && !file.Content.IsZero() || file.Path != "" && !filepath.IsAbs(file.Path) {
				t.Errorf("file %+v", file)
			}
		}
		if c.PrivateKey.Key != "" && c.Certificate.Key != "" {
			t.Error("two ways to log in")
		}
		timeouts := c.Need(bdk.PartConnectTimeout, bdk.PartReadTimeout)
		if timeouts == nil && (c.ConnectTimeout <= 0 || c.ReadTimeout <= 0) || (c.Base == nil) != (c.Pod.URL == nil) || c.Base == nil && c.Missing() == nil {
			t.Errorf("incomplete: %s", describe(c))
		}
	})
}

// FuzzJSON holds the YAML parser to encoding/json: a text means the same in
// either, whatever is in it.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{"bot", "a: b # c", "\"\\/\n\t\r", "-----BEGIN KEY-----\nYWJj\n", "  ", "\u2028é😀\ufeff", "{[&*!|>%@`", "~", "\x7f"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, indent bool) {
		if strings.Contains(text, "${") || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			t.Skip()
		}
		config := map[string]any{"bot": map[string]any{"username": text}, "x": []any{text, 1, nil, true}}
		data, err := json.Marshal(config)
		if indent {
			data, err = json.MarshalIndent(config, "", "\t")
		}
		if err != nil {
			t.Fatal(err)
		}
		c, err := bdk.Parse(name, data, environment(nil))
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if c.Username != text {
			t.Errorf("%s: got %q, want %q", data, c.Username, text)
		}
	})
}
