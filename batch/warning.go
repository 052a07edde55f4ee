package batch

import "bytes"

// Warning is a set of doubts about a row that is sent all the same.
type Warning uint8

const (
	WarnRounded   Warning = 1 << iota // over 15 digits that end in zeros: a spreadsheet's rounding
	WarnNoTenant                      // below 2^36, no tenant part: a totals line?
	WarnSwallowed                     // a quoted cell holds line breaks and an id: rows that a stray quote swallowed?
)

// Has reports whether w holds all of other.
func (w Warning) Has(other Warning) bool { return w&other == other }

// warnUserID doubts an id. A spreadsheet keeps 15 digits, and makes the others
// zeros; two zeros are doubted already, as rounding by hand leaves them.
func warnUserID(id int64) Warning {
	const over15, over16 = 1e15, 1e16
	switch {
	case id < 1<<36:
		return WarnNoTenant
	case id >= over16 && id%100 == 0, id >= over15 && id < over16 && id%10 == 0:
		return WarnRounded
	}
	return 0
}

// warnRecord looks into the cells that hold line breaks.
func warnRecord(r *record) Warning {
	if r.breaks == 0 {
		return 0
	}
	for i := range r.ends {
		if cell := r.value(i); bytes.ContainsAny(cell, "\r\n") && holdsID(cell) {
			return WarnSwallowed
		}
	}
	return 0
}

// holdsID looks for a number of 11 to 19 digits, as user ids have, that stands
// by itself.
func holdsID(text []byte) bool {
	isWord := func(c byte) bool {
		return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
	}
	for len(text) > 0 {
		n := 0
		for n < len(text) && isWord(text[n]) {
			n++
		}
		if word := text[:n]; n >= 11 {
			if _, reason := ParseUserID(word); reason == "" {
				return true
			}
		}
		text = text[min(n+1, len(text)):]
	}
	return false
}
