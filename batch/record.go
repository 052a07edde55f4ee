package batch

import (
	"bytes"
	"unicode/utf8"
)

// record is one row as the file spells it. It is valid until the next one.
// A cell that begins with a quote is a quoted one; no other cell can.
type record struct {
	line   int    // physical line where it begins, from 1
	breaks int    // line ends within its quoted cells
	raw    []byte // without the line end
	term   []byte // the line end; empty at the end of the file
	ends   []int  // where each cell ends in raw; one byte further the next begins
	quotes bool   // a quote may be somewhere in it
}

// cell is the i-th cell with its quotes, nil if there are not as many.
func (r *record) cell(i int) []byte {
	if i >= len(r.ends) {
		return nil
	}
	return r.raw[r.start(i):r.ends[i]]
}

// value is what the i-th cell means.
func (r *record) value(i int) []byte {
	cell := r.cell(i)
	if len(cell) == 0 || cell[0] != '"' {
		return cell
	}
	cell = cell[1 : len(cell)-1]
	if bytes.IndexByte(cell, '"') < 0 {
		return cell
	}
	return bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
}

// place is where the i-th cell begins in the file, or, beyond the last one,
// where the record ends.
func (r *record) place(i int) (line, column int) {
	text := r.raw
	if i < len(r.ends) {
		text = r.raw[:r.start(i)]
	}
	if r.breaks == 0 { // a CR may stand in a cell, and is no line end there
		return r.line, utf8.RuneCount(text) + 1
	}
	eol := []byte{'\n'}
	if bytes.IndexByte(r.raw, '\n') < 0 {
		eol[0] = '\r'
	}
	last := bytes.LastIndex(text, eol)
	return r.line + bytes.Count(text, eol), utf8.RuneCount(text[last+1:]) + 1
}

// start is where the i-th cell begins in raw.
func (r *record) start(i int) int {
	if i == 0 {
		return 0
	}
	return r.ends[i-1] + 1
}

// blank reports whether the cells from the i-th on hold nothing but white
// space, if anything; a quoted empty cell is empty.
func (r *record) blank(i int) bool {
	for ; i < len(r.ends); i++ {
		if !isBlank(r.value(i)) {
			return false
		}
	}
	return true
}

// appendCell appends a raw cell so that every reader of CSV takes it for the
// same text: a quote or a CR that stands in it bare puts all of it in quotes.
func appendCell(dst, cell []byte) []byte {
	if len(cell) == 0 || cell[0] == '"' || bytes.IndexByte(cell, '"') < 0 && bytes.IndexByte(cell, '\r') < 0 {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	dst = append(dst, bytes.ReplaceAll(cell, []byte(`"`), []byte(`""`))...)
	return append(dst, '"')
}
