package bdk_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ibremove/cmd/ibremove/internal/bdk"
)

// describe spells a configuration as lines, in the order of its fields;
// what is not given or has its default has no line.
func describe(c *bdk.Config) string {
	var b strings.Builder
	line := func(key, format string, args ...any) {
		fmt.Fprintf(&b, "%s "+format+"\n", append([]any{key}, args...)...)
	}
	address := func(key string, a bdk.Address) {
		if a.URL != nil {
			line(key, "%s", a.URL)
		}
		if a.Proxy != nil {
			line(key+" proxy", "%s", a.Proxy)
		}
		for _, h := range slices.Sorted(maps.Keys(a.Header)) {
			line(key+" header", "%s: %s", h, strings.Join(a.Header[h], "|"))
		}
	}
	file := func(key string, f bdk.File) {
		if f.Key == "" {
			if f != (bdk.File{}) {
				line(key, "without a key")
			}
			return
		}
		if f.Path != "" {
			path, err := filepath.Rel(filepath.Dir(name), f.Path)
			if err != nil {
				path = f.Path
			}
			line(key, "%s (%s)", filepath.ToSlash(path), f.Key)
		}
		if !f.Content.IsZero() {
			line(key, "%q (%s)", f.Content.Reveal(), f.Key)
		}
		if !f.Password.IsZero() {
			line(key+" password", "%q", f.Password.Reveal())
		}
	}
	if c.Base != nil {
		line("base", "%s", c.Base)
	}
	address("pod", c.Pod)
	address("login", c.Login)
	address("sessionauth", c.SessionAuth)
	if c.ConnectTimeout != 15*time.Second || c.ReadTimeout != time.Minute {
		line("timeouts", "%s %s", c.ConnectTimeout, c.ReadTimeout)
	}
	file("trust", c.TrustStore)
	if c.Username != "" {
		line("user", "%s", c.Username)
	}
	file("key", c.PrivateKey)
	file("certificate", c.Certificate)
	if c.Retry != (bdk.Retry{}) {
		line("retry", "%d %s %g %s", c.Retry.MaxAttempts, c.Retry.InitialInterval, c.Retry.Multiplier, c.Retry.MaxInterval)
	}
	if err := c.Missing(); err != nil {
		line("missing", "%s", strings.ReplaceAll(err.Error(), name, "FILE"))
	}
	return b.String()
}
