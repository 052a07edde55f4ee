package batch

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Row is one data row of the input. It is valid until the next one is read.
type Row struct {
	Line     int     // physical line where it begins, from 1
	GID      []byte  // trimmed; with Layout.GID, that
	UserID   int64   // 0 if it is at fault
	Fault    Fault   // why the row is invalid and never sent
	Warnings Warning // doubts about a row that is sent; none about an invalid one
	Prior    *Prior  // what a report of ours says of it; nil if the file is none

	header *Header
	record *record
	gids   *gids
	group  uint32 // the gid's number in gids, or noGID
}

// Fault is what is wrong with a row. The zero value: nothing.
type Fault struct {
	Code    string // CodeBadRow, CodeBadGID or CodeBadUserID, the first that applies
	Message string // all that is wrong
}

// AppendTo appends the row as the report keeps it: the input's own cells as
// they were spelled, exactly as many as [Header.AppendTo] has names. Missing
// cells are empty, surplus ones dropped. No line end follows.
func (r *Row) AppendTo(dst []byte) []byte {
	h, rec := r.header, r.record
	if len(h.own) == len(rec.ends) && h.width == len(rec.ends) && !rec.quotes && bytes.IndexByte(rec.raw, '\r') < 0 {
		return append(dst, rec.raw...)
	}
	for n, i := range h.own {
		if n > 0 {
			dst = append(dst, h.Delimiter)
		}
		dst = appendCell(dst, rec.cell(i))
	}
	return dst
}

// Group is the number of the row's group in the ledger; -1: it has none.
func (r *Row) Group() int {
	if r.Fault.Code != "" || r.group == noGID {
		return -1
	}
	return int(r.group)
}

// UserCell is the text of the cell that should hold the user id.
func (r *Row) UserCell() string { return string(Trim(r.record.value(r.header.userID))) }

// read judges a record that is not blank.
func (r *Row) read(rec *record, gid, userID []byte) {
	badGID := ""
	if r.group = r.gids.find(gid); r.group == noGID {
		badGID = CheckGID(gid)
	}
	id, badUserID := ParseUserID(userID)
	r.Line, r.GID, r.UserID, r.record = rec.line, gid, id, rec
	r.Fault, r.Warnings = Fault{}, 0
	if badGID == "" && badUserID == "" && len(rec.ends) == r.header.width {
		r.Warnings = warnUserID(id) | warnRecord(rec)
		return
	}
	r.blame(userID, badGID, badUserID)
	if r.Fault.Code == "" {
		r.Warnings = warnUserID(id) | warnRecord(rec)
	} else {
		r.UserID = 0
	}
}

// stillBad keeps a row of a report of ours invalid whose cells did not fit the
// header of the first input. The report has as many cells as the header, so it
// looks well; but which of them are the right ones only a person can tell.
// Who fills in a cell that was missing has told.
func (r *Row) stillBad() {
	const remedy = "; correct the row, then empty its result_code"
	if r.Prior.Status != Invalid || r.Prior.Code != CodeBadRow {
		return
	}
	var had int
	if n, _ := fmt.Sscanf(r.Prior.Message, tooFew, &had); n == 1 && had >= 0 && r.Fault.Code == "" && r.filledFrom(had) {
		return
	}
	r.UserID, r.Warnings = 0, 0
	r.Fault = Fault{CodeBadRow, strings.TrimSuffix(r.Prior.Message, remedy) + remedy}
}

const tooFew = "too few cells: %d"

// filledFrom reports whether one of the input's own cells from the n-th on is
// not empty.
func (r *Row) filledFrom(n int) bool {
	for _, i := range r.header.own[min(n, len(r.header.own)):] {
		if !isBlank(r.record.value(i)) {
			return true
		}
	}
	return false
}

// blame names all that is wrong, and takes the code of the first. A cell that
// is not there is not blamed once more.
func (r *Row) blame(userID []byte, badGID, badUserID string) {
	h, cells := r.header, len(r.record.ends)
	var all []string
	add := func(code, format string, args ...any) {
		if r.Fault.Code == "" {
			r.Fault.Code = code
		}
		all = append(all, fmt.Sprintf(format, args...))
	}
	if cells < h.width {
		add(CodeBadRow, tooFew+", the header has %d", cells, h.width)
	}
	if !r.record.blank(h.width) {
		add(CodeBadRow, "%d cells, the header has %d: also %s", cells, h.width, surplus(r.record, h.width))
	}
	if badGID != "" && h.gid < cells {
		add(CodeBadGID, "gid %s: %s", quote(r.GID), badGID)
	}
	if badUserID != "" && h.userID < cells {
		add(CodeBadUserID, "user id %s: %s", quote(userID), badUserID)
	}
	r.Fault.Message = strings.Join(all, "; ")
}

// lineFault is the row's fault, with the place of the cell that is to blame.
func (r *Row) lineFault() LineFault {
	cell := r.header.userID
	switch r.Fault.Code {
	case CodeBadRow:
		cell = r.header.width
	case CodeBadGID:
		cell = r.header.gid
	}
	f := LineFault{Line: r.Line, Fault: r.Fault}
	f.cellLine, f.column = r.record.place(cell)
	return f
}

// surplus shows the cells beyond the header, whole: they stand nowhere else.
func surplus(rec *record, width int) string {
	const most = 1 << 20 // bytes; a report has to be read again
	var shown []string
	size := 0
	for i := width; i < len(rec.ends); i++ {
		cell := strconv.Quote(string(rec.value(i)))
		if size += len(cell); size > most {
			return strings.Join(shown, ", ") + fmt.Sprintf(" and %d more", len(rec.ends)-i)
		}
		shown = append(shown, cell)
	}
	return strings.Join(shown, ", ")
}
