package batch_test

import (
	"strings"
	"testing"

	"ibremove/batch"
)

func TestParseUserID(t *testing.T) {
	for cell, want := range map[string]int64{
		"1":                   1,
		"347583113330001":     347583113330001,
		"9223372036854775807": 9223372036854775807,
	} {
		if id, reason := batch.ParseUserID([]byte(cell)); id != want || reason != "" {
			t.Errorf("%q: %d, %q", cell, id, reason)
		}
	}
	for cell, want := range map[string]string{
		"":                     "empty",
		"3.47583E+14":          "digits lost by a spreadsheet",
		"3,47583e+14":          "digits lost by a spreadsheet",
		"4E14":                 "digits lost by a spreadsheet",
		"123.0":                "decimal",
		"1,234":                "separators",
		"1.234.567":            "separators",
		"1'234":                "separators",
		"'123":                 "apostrophe",
		`="123"`:               "formula",
		"+5":                   "plus",
		"-5":                   "negative",
		"0":                    "zero",
		"000":                  "zero",
		"00012":                "leading zeros",
		"\uFF11\uFF12":         "another script or width",
		"1\uFF12":              "another script or width",
		"12\n34":               "line break",
		"12\r34":               "line break",
		"12 34":                "a space inside",
		"12\u00A034":           "a space inside",
		"12\u200B34":           "invisible",
		"12\x0134":             "invisible",
		"12x34":                "not a number",
		"0x12":                 "not a number",
		"1_000":                "not a number",
		"9223372036854775808":  "larger",
		"9999999999999999999":  "larger",
		"10000000000000000000": "larger",
		"\xFF":                 "not a number",
		"E":                    "not a number",
		"/1":                   "not a number",
		":1":                   "not a number",
	} {
		if id, reason := batch.ParseUserID([]byte(cell)); id != 0 || !strings.Contains(reason, want) {
			t.Errorf("%q: %d, %q, want %q in it", cell, id, reason, want)
		}
	}
}

func TestCheckGID(t *testing.T) {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-=.~+/%"
	for c := range 256 {
		reason := batch.CheckGID([]byte{'g', byte(c)})
		if ok := strings.IndexByte(allowed, byte(c)) >= 0; ok != (reason == "") {
			t.Errorf("%q: %q", rune(c), reason)
		}
	}
	for gid, want := range map[string]string{
		"":                       "empty",
		".":                      "path",
		"..":                     "path",
		"...":                    "",
		"../x":                   "",
		"g/..":                   "",
		"é":                      "only",
		strings.Repeat("g", 128): "",
		strings.Repeat("g", 129): "over 128 bytes",
	} {
		reason := batch.CheckGID([]byte(gid))
		if (reason == "") != (want == "") || !strings.Contains(reason, want) {
			t.Errorf("%q: %q, want %q", gid, reason, want)
		}
	}
}

func TestTrim(t *testing.T) {
	marks := " \t\r\u00A0\u202F\u3000\u200B\u200C\u200D\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\uFEFF"
	for _, inner := range []string{"", "x", "a" + marks + "b", "\n", "é", "\u2028", "\v", "\u00AD", "\u2007", "\u2061"} {
		if got := string(batch.Trim([]byte(marks + inner + marks))); got != inner {
			t.Errorf("%q trimmed: %q", inner, got)
		}
	}
}
