package batch

import "bytes"

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
	switch {
	case i >= len(r.ends):
		return nil
	case i == 0:
		return r.raw[:r.ends[0]]
	}
	return r.raw[r.ends[i-1]+1 : r.ends[i]]
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
