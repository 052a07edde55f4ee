package podclient_test

import (
	"testing"

	"ibremove/podclient"
)

// A short secret is taken out where it stands by itself, and is no reason to
// tear other words.
func TestRedactWord(t *testing.T) {
	for _, c := range [][3]string{
		{"tok", "broken token", "broken token"},
		{"tok", "tok", "[secret]"},
		{"tok", "tok tok, (tok) tokens x-tok", "[secret] [secret], ([secret]) tokens x-[secret]"},
		{"tok", "toktok", "toktok"},
		{"té", "été té", "été [secret]"},
		{"a", "", ""},
	} {
		if got := podclient.RedactWord(c[1], c[0]); got != c[2] {
			t.Errorf("%q in %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
