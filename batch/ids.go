package batch

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Trim takes off what spreadsheets and mail leave around an id: spaces, tabs,
// CR, no-break and ideographic spaces, and invisible marks.
func Trim(cell []byte) []byte {
	if n := len(cell); n > 0 && isGraphASCII(cell[0]) && isGraphASCII(cell[n-1]) {
		return cell
	}
	return bytes.TrimFunc(cell, isTrimmed)
}

// CheckGID says what is wrong with a trimmed gid; "": nothing. It goes into a
// path as one segment, escaped, and must not lead out of it.
func CheckGID(gid []byte) (reason string) {
	switch {
	case len(gid) == 0:
		return "empty"
	case len(gid) > 128:
		return "over 128 bytes"
	case string(gid) == ".", string(gid) == "..":
		return "would lead out of the endpoint's path"
	}
	for _, c := range gid {
		if !isGIDByte(c) {
			return "only A-Z a-z 0-9 _ - = . ~ + / % may stand in a gid"
		}
	}
	return ""
}

// ParseUserID reads a trimmed user id: [1-9][0-9]{0,18} within int64, and
// nothing that would have to be guessed. Otherwise reason says why not.
func ParseUserID(cell []byte) (id int64, reason string) {
	const most = len("9223372036854775807")
	if len(cell) == 0 || len(cell) > most || cell[0] == '0' {
		return 0, whyNoUserID(string(cell))
	}
	var n uint64
	for _, c := range cell {
		digit := c - '0'
		if digit > 9 {
			return 0, whyNoUserID(string(cell))
		}
		n = n*10 + uint64(digit)
	}
	if n > math.MaxInt64 {
		return 0, whyNoUserID(string(cell))
	}
	return int64(n), ""
}

func whyNoUserID(cell string) string {
	digits := strings.Trim(cell, "0123456789") == ""
	first, _ := utf8.DecodeRuneInString(cell)
	holds := func(is func(rune) bool) bool { return strings.IndexFunc(cell, is) >= 0 }
	switch {
	case cell == "":
		return "empty"
	case digits && strings.Trim(cell, "0") == "":
		return "zero is no user id"
	case digits && first == '0':
		return "leading zeros; take the id from the source system"
	case digits:
		return "larger than any user id (int64)"
	case isScientific(cell):
		return "digits lost by a spreadsheet; take the id from the source system"
	case strings.ContainsAny(cell, "\r\n"):
		return "a line break inside; one id for each row"
	case first == '=':
		return "a spreadsheet formula; give the digits alone"
	case first == '\'':
		return "an apostrophe in front, a spreadsheet's mark for text; give the digits alone"
	case first == '+':
		return "a plus sign in front; give the digits alone"
	case first == '-':
		return "negative; a user id is not"
	case holds(isForeignDigit):
		return "digits of another script or width; give them as ASCII 0-9"
	case holds(unicode.IsSpace):
		return "a space inside; one id for each row, its digits alone"
	case holds(isTrimmed), holds(unicode.IsControl):
		return "an invisible character inside; type the id anew"
	case isDecimal(cell):
		return "a decimal number; give the digits alone"
	case strings.Trim(cell, "0123456789,.'") == "":
		return "separators between the digits; give the digits alone"
	}
	return "not a number; only the digits 0-9 may stand in a user id"
}

// isScientific: 3.47583E+14, 3,47583E+14, 4e14.
func isScientific(cell string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(cell), "E")
	mantissa = strings.TrimLeft(mantissa, "+-")
	exponent = strings.TrimLeft(exponent, "+-")
	return ok && mantissa != "" && exponent != "" &&
		strings.Trim(mantissa, "0123456789.,") == "" && strings.Trim(exponent, "0123456789") == ""
}

// isDecimal: 123.0, 123., 0.5. Two dots separate thousands.
func isDecimal(cell string) bool {
	return strings.Trim(cell, "0123456789.") == "" && strings.Count(cell, ".") == 1
}

func isForeignDigit(r rune) bool { return r > unicode.MaxASCII && unicode.IsDigit(r) }

func isGraphASCII(c byte) bool { return c > ' ' && c < 0x7F }

// isTrimmed is the set that Trim takes off.
func isTrimmed(r rune) bool {
	switch r {
	case ' ', '\t', '\r', 0x00A0, 0x202F, 0x3000, 0x2060, 0xFEFF:
		return true
	}
	return r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E
}

// isBlank reports whether nothing can be seen in a cell.
func isBlank(cell []byte) bool {
	for len(cell) > 0 {
		r, n := utf8.DecodeRune(cell)
		if !isTrimmed(r) && !unicode.IsSpace(r) {
			return false
		}
		cell = cell[n:]
	}
	return true
}

// isGIDByte looks c up in two bit sets of ASCII.
func isGIDByte(c byte) bool {
	const (
		digits  = 0x3FF << '0'
		letters = 0x3FFFFFF << ('A' - 64)
		low     = uint64(digits | 1<<'-' | 1<<'=' | 1<<'.' | 1<<'+' | 1<<'/' | 1<<'%')
		high    = uint64(letters | letters<<('a'-'A') | 1<<('_'-64) | 1<<('~'-64))
	)
	return c < 64 && low>>c&1 != 0 || c >= 64 && c < 128 && high>>(c-64)&1 != 0
}

// quote shows a hostile cell in a message: quoted, escaped, and not too long.
func quote(cell []byte) string {
	const most = 40 // characters
	text := string(cell)
	n := 0
	for i := range text {
		if n++; n > most {
			return strconv.Quote(text[:i]) + "…"
		}
	}
	return strconv.Quote(text)
}
