package bdk_test

import (
	"testing"

	"ibremove/cmd/ibremove/internal/bdk"
)

// A path without its first slash is spelled so in the log and in messages.
func TestServicePaths(t *testing.T) {
	for config, want := range map[string]string{
		"host: h":                      "/",
		"host: h\ncontext: /":          "/",
		"host: h\ncontext: a/b":        "/a/b/",
		"host: h\nport: 8443":          "/",
		"host: '::1'\ncontext: '/ctx'": "/ctx/",
	} {
		c, err := bdk.Parse(name, []byte(config), environment(nil))
		if err != nil {
			t.Fatal(err)
		}
		for service, a := range map[string]bdk.Address{"pod": c.Pod, "login": c.Login, "sessionauth": c.SessionAuth} {
			if got := a.URL.Path; got != want+service {
				t.Errorf("%q: %s has the path %q, want %q", config, service, got, want+service)
			}
		}
	}
}
