package podclient

import (
	"errors"
	"strings"
	"unicode"
)

// maxMessage is the most runes of a message; what is cut off ends in "…".
const maxMessage = 500

// clean makes a text from outside safe to print: one line of valid UTF-8, no
// control characters, no secret, at most maxMessage runes.
func (e *exchange) clean(text string) string {
	// In this order: a secret is found only in a text that is whole.
	return cut(e.redact(oneLine(text)), maxMessage)
}

// cleanError returns err, or its cleaned text alone if that differs.
func (e *exchange) cleanError(err error) error {
	if err == nil {
		return nil
	}
	if text := e.clean(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// oneLine turns runs of white space and control characters into one space
// and drops what is invisible (such as marks that turn the reading direction).
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}

// cut shortens text to at most most runes.
func cut(text string, most int) string {
	n := 0
	keep := 0
	for i := range text {
		if n == most-1 {
			keep = i
		}
		if n++; n > most {
			return text[:keep] + "…"
		}
	}
	return text
}
