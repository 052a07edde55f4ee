package main

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// number writes n for people: 12,409.
func number[T int | int64](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(d)
	}
	return sign + b.String()
}

// count names how many there are of a thing: 1 row, 12,409 rows.
func count[T int | int64](n T, thing string) string {
	return number(n) + " " + plural(n, thing)
}

// plural is thing, or its plural unless there is one of it.
func plural[T int | int64](n T, thing string) string {
	if n == 1 {
		return thing
	}
	return thing + "s"
}

// are is the verb for n things.
func are[T int | int64](n T) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// duration writes d in its two largest units: 350ms, 12s, 1m 20s, 2h 5m, 3d 1h.
func duration(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	if d < time.Second {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm %ds", s/60, s%60)
	case s < 86400:
		return fmt.Sprintf("%dh %dm", s/3600, s%3600/60)
	}
	return fmt.Sprintf("%sd %dh", number(s/86400), s%86400/3600)
}

// shellQuote writes word so that a POSIX shell reads it as one word. A
// simple word is left as it is.
func shellQuote(word string) string {
	simple := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./:=,@%+", r))
	}
	if word != "" && word[0] != '=' && strings.IndexFunc(word, func(r rune) bool { return !simple(r) }) < 0 {
		return word
	}
	if oneLine(word) != word || !utf8.ValidString(word) {
		return byteQuote(word)
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// byteQuote spells by its bytes what a terminal does not show as it is. Line
// feeds at the end, which a shell takes off there, follow as they are.
func byteQuote(word string) string {
	if body := strings.TrimRight(word, "\n"); len(body) < len(word) {
		return byteQuote(body) + "'" + word[len(body):] + "'"
	}
	b := []byte(`"$(printf -- '`)
	for _, c := range []byte(word) {
		switch {
		case c == '\'':
			b = append(b, `'\''`...)
		case c == '\\' || c == '%':
			b = append(b, c, c)
		case c < ' ' || c >= 0x7F:
			b = fmt.Appendf(b, "\\%03o", c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, `')"`...))
}

// windowsQuote writes word so that cmd.exe and PowerShell read it as one word,
// as far as they agree: what % or $ stands for is each one's own.
func windowsQuote(word string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`-_./:=+\`, r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	slashes := len(word) - len(strings.TrimRight(word, `\`)) // they would take the quote that follows for a character
	return `"` + strings.ReplaceAll(oneLine(word), `"`, `\"`) + strings.Repeat(`\`, slashes) + `"`
}

// shellLine writes words as one command line for the shells of this system.
func shellLine(words ...string) string {
	quote := shellQuote
	if runtime.GOOS == "windows" {
		quote = windowsQuote
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// brief is the beginning of a text that may be very long.
func brief(text string) string {
	const most = 400
	if n := 0; len(text) > most {
		for i := range text {
			if n++; n > most {
				return text[:i] + " … (cut)"
			}
		}
	}
	return text
}

// oneLine makes a name safe to stand in a line: nobody's may add one.
func oneLine(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, printable(name))
}

// printable makes hostile text safe on a terminal: what would move the cursor
// or turn the direction of writing shows as U+FFFD. Line feeds and tabs stay.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
