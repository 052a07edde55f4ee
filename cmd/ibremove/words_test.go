package main_test

import (
	"os/exec"
	"runtime"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12409: "12,409", 1234567: "1,234,567", -1000: "-1,000", -999: "-999",
	} {
		if got := main.Number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 rows", 1: "1 row", 2: "2 rows", 12409: "12,409 rows"} {
		if got := main.Count(n, "row"); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:             "0ms",
		350 * time.Millisecond:   "350ms",
		time.Second:              "1s",
		59400 * time.Millisecond: "59s",
		59600 * time.Millisecond: "1m 0s",
		80 * time.Second:         "1m 20s",
		125 * time.Minute:        "2h 5m",
		73 * time.Hour:           "3d 1h",
	} {
		if got := main.Span(d); got != want {
			t.Errorf("duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestShellQuote(t *testing.T) {
	for word, want := range map[string]string{
		"plain-1.csv": "plain-1.csv",
		"gid=Group":   "gid=Group",
		"=ls":         "'=ls'",
		"":            "''",
		"two words":   "'two words'",
		"it's":        `'it'\''s'`,
		"$(reboot)":   "'$(reboot)'",
		"~/x":         "'~/x'",
		"für":         "'für'",
	} {
		if got := main.ShellQuote(word); got != want {
			t.Errorf("shellQuote(%q) = %q, want %q", word, got, want)
		}
	}
}

// A shell must read every quoted word as the word itself.
func TestShellQuoteInAShell(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no POSIX shell")
	}
	for _, word := range []string{"a b", "it's", `\`, `"`, "$HOME", "`id`", "*", "a\nb", "a\x1b\n\n", "a\tb", "!", "#", "&", "-n", "=x", "{a,b}", "k\xfcndigung.csv", "a\x01'b", "100%\u202ex\\y", "\r", "--username=\x01"} {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf '%s' "+main.ShellQuote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("sh reads %s as %q, %v", main.ShellQuote(word), out, err)
		}
	}
}

func TestWindowsQuote(t *testing.T) {
	for word, want := range map[string]string{
		`C:\runs\q3.csv`:      `C:\runs\q3.csv`,
		`C:\Compliance Desk\`: `"C:\Compliance Desk\\"`,
		"it's":                `"it's"`,
		"a,b":                 `"a,b"`,
		"":                    `""`,
	} {
		if got := main.WindowsQuote(word); got != want {
			t.Errorf("windowsQuote(%q) = %s, want %s", word, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"für 移除":             "für 移除",
		"a\tb\nc":            "a\tb\nc",
		"\x1b[2Jgone":        "\ufffd[2Jgone",
		"a\rb":               "a\ufffdb",
		"\u009b2J":           "\ufffd2J",
		"evil\u202etxt.exe":  "evil\ufffdtxt.exe",
		"a\x00b\x7f":         "a\ufffdb\ufffd",
		"broken \xff string": "broken \ufffd string",
	} {
		if got := main.Printable(text); got != want {
			t.Errorf("printable(%q) = %q, want %q", text, got, want)
		}
	}
}
