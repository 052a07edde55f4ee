package batch

import (
	"io"
	"iter"
)

// Reader streams the rows of an input file.
type Reader struct {
	scan   *scanner
	header *Header
	gid    []byte // Layout.GID; nil: the rows have a column of it
	blank  int
	rows   int
	row    Row
	prior  Prior
}

// NewReader reads up to the header, whose columns l chooses. s is what
// [Snapshot] said of the file. If the file is to blame, the error is a
// [*Refusal]; an error of src is wrapped.
func NewReader(src io.Reader, s Source, l Layout) (*Reader, error) {
	l.GID = string(Trim([]byte(l.GID)))
	if err := l.check(); err != nil {
		return nil, err
	}
	text, enc, err := decode(src)
	if err != nil {
		return nil, err
	}
	scan := newScanner(newWindow(text, enc), s.HasLF)
	h, blank, err := readHeader(scan, l)
	if err != nil {
		return nil, err
	}
	h.bom = enc.bom
	r := &Reader{scan: scan, header: h, blank: blank}
	r.row.header, r.row.gids = h, newGIDs()
	if l.GID != "" {
		r.gid = []byte(l.GID)
	}
	if h.IsReport {
		r.row.Prior = &r.prior
	}
	return r, nil
}

// Header is the file's header.
func (r *Reader) Header() *Header { return r.header }

// Blank counts the blank rows that were skipped so far: those of nothing but
// delimiters, white space and empty quotes.
func (r *Reader) Blank() int { return r.blank }

// Rows streams the data rows, once. A row's own fault is a value of the row,
// which is valid until the next one; any other error is the last pair, a
// [*Refusal] if the file is to blame. A file without a data row is refused.
func (r *Reader) Rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for {
			err := r.scan.next()
			if err == io.EOF && r.rows > 0 {
				return
			}
			if err == io.EOF {
				err = &Refusal{Line: r.scan.line, Column: 1, Reason: "no data row below the header", Hint: "is this the right file?"}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if r.read() && !yield(&r.row, nil) {
				return
			}
		}
	}
}

// read takes the scanner's record into row; false: it is blank.
func (r *Reader) read() bool {
	rec, h := &r.scan.rec, r.header
	gid, userID := r.gid, Trim(rec.value(h.userID))
	if gid == nil {
		gid = Trim(rec.value(h.gid))
	}
	if isBlank(userID) && (r.gid != nil || isBlank(gid)) && rec.blank(0) {
		r.blank++
		return false
	}
	r.rows++
	r.row.read(rec, gid, userID)
	if h.IsReport {
		r.prior.read(rec, h.result)
		if h.lone {
			r.prior.doubt()
		}
		r.row.stillBad()
	}
	return true
}
