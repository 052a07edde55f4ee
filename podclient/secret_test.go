package podclient_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"ibremove/podclient"
)

func TestSecretIsNotPrinted(t *testing.T) {
	const text = "hunter2"
	s := podclient.NewSecret(text)
	type hidden struct{ s podclient.Secret }
	type open struct{ S podclient.Secret }
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", &s)
		fmt.Fprintf(&out, verb+"\n", open{s})
		fmt.Fprintf(&out, verb+"\n", hidden{s})
		fmt.Fprintf(&out, verb+"\n", []any{s, map[string]podclient.Secret{"a": s}})
	}
	if err := json.NewEncoder(&out).Encode([]any{s, open{s}, map[string]any{"s": &s}}); err != nil {
		t.Fatal(err)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("a", "s", s, "o", open{s}, "h", hidden{s})
	slog.New(slog.NewJSONHandler(&out, nil)).Info("a", "s", s, "o", open{s}, "h", hidden{s})
	for _, spelling := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text)} {
		if strings.Contains(out.String(), spelling) {
			t.Errorf("%q is in:\n%s", spelling, out.String())
		}
	}
	if !strings.Contains(out.String(), "[secret]") {
		t.Errorf("nothing was printed:\n%s", out.String())
	}
	if s.Reveal() != text || s.IsZero() {
		t.Errorf("Reveal %q, IsZero %v", s.Reveal(), s.IsZero())
	}
	if zero := podclient.NewSecret(""); !zero.IsZero() || zero.Reveal() != "" {
		t.Errorf("an empty secret is one: %v", zero.IsZero())
	}
}
