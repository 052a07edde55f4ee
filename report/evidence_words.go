package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"ibremove/batch"
)

// meaning explains a status to those who do not know the program.
func meaning(s batch.Status, op batch.Operation) string {
	done, already, still := "taken out of the group", "was out already, nothing was sent", "is still a member"
	if op == batch.Add {
		done, already, still = "added back to the group", "was back already, nothing was sent", "is still not back"
	}
	switch s {
	case batch.Removed:
		return done
	case batch.Absent:
		return already
	case batch.Failed:
		return "the pod refused it, or the person " + still
	case batch.Unknown:
		return "sent, and what came of it could not be learnt"
	case batch.Invalid:
		return "the row itself is wrong, never sent"
	case batch.Duplicate:
		return "another row with the same group and user id stands for it"
	case batch.Pending, batch.NotSent:
		return "not sent, or turned away before it was carried out"
	}
	return ""
}

// number writes n with a comma at each thousand.
func number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count is n things.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return number(n) + " " + thing
}

// mostShown is how many characters of a text from outside the page shows; the
// report has it whole.
const mostShown = 400

// shown is a text from outside, cut to mostShown characters, with those that
// would hide or reorder what a reader sees spelled out: a right-to-left
// override makes another user id of one (Unicode, UTR #36, 'Bidirectional Text
// Spoofing').
func shown(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > mostShown {
			b.WriteString(" … (cut)")
			break
		}
		if hides(r) {
			fmt.Fprintf(&b, "‹%U›", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hides leaves alone the two joiners that Persian, the scripts of India, and
// emoji are written with.
func hides(r rune) bool {
	return r != '\u200c' && r != '\u200d' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
