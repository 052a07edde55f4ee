package batch

import (
	"bytes"
	"slices"
)

// Header is what a file says of itself before its first row.
type Header struct {
	Delimiter byte // comma, semicolon, tab or pipe
	IsReport  bool // a report of ours: it has the result_ columns

	bom    bool
	sep    []byte // the sep= line as it was spelled; nil: there is none
	eol    string
	names  record
	folded []string // the names as they are compared
	own    []int    // the columns that are not ours
	result [8]int   // where ResultColumns are; -1: nowhere
	lone   bool     // there is one of them alone: it may be somebody else's
	gid    int      // -1 with Layout.GID
	userID int
	width  int // cells of a row
}

// EOL is the file's line end: LF, CRLF or CR. It is the header's, and empty if
// nothing follows it.
func (h *Header) EOL() string { return h.eol }

// AppendTo appends the header as the report keeps it: the byte order mark and
// the sep= line, if the input had them, and the input's own column names as
// they were spelled. The result_ columns and the line end are the report's.
func (h *Header) AppendTo(dst []byte) []byte {
	if h.bom {
		dst = append(dst, bomUTF8...)
	}
	if h.sep != nil {
		dst = append(dst, h.sep...)
		dst = append(dst, h.eol...)
	}
	for n, i := range h.own {
		if n > 0 {
			dst = append(dst, h.Delimiter)
		}
		dst = appendCell(dst, h.names.cell(i))
	}
	return dst
}

// newHeader takes a copy of a record for the header. The problem is what
// keeps it from being one that l asks for.
func newHeader(rec *record, delim byte, l Layout) (h *Header, problem *Refusal) {
	h = &Header{Delimiter: delim, eol: string(rec.term), names: *rec, width: len(rec.ends)}
	h.names.raw = bytes.Clone(rec.raw)
	h.names.ends = slices.Clone(rec.ends)
	h.names.term = nil
	ours := ResultColumns()
	for i := range h.result {
		h.result[i] = -1
	}
	for i := range h.width {
		name := fold(string(h.names.value(i)))
		h.folded = append(h.folded, name)
		ours := slices.IndexFunc(ours[:], func(our string) bool { return fold(our) == name })
		switch {
		case ours < 0:
			h.own = append(h.own, i)
		case h.result[ours] < 0:
			h.result[ours] = i
		}
	}
	missing := 0
	for _, at := range h.result {
		if at < 0 {
			missing++
		}
	}
	h.lone = missing == len(h.result)-1
	h.IsReport = h.result[resultStatus] >= 0 || h.result[resultRunID] >= 0
	h.gid, h.userID, problem = l.find(h)
	return h, problem
}
