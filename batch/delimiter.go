package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

const delimiters = ",;\t|"

// readHeader skips blank rows, and counts them, takes a sep= line for what it
// says, and reads the header. The delimiter is the one under which the header
// names the columns that l asks for, or else the one that cuts it into most
// cells.
func readHeader(s *scanner, l Layout) (h *Header, blank int, err error) {
	var sep []byte
	for try := delimiters; ; {
		c, err := choose(s, try, l, sep == nil)
		switch {
		case err == io.EOF && blank == 0 && sep == nil:
			return nil, blank, &Refusal{Line: 1, Column: 1, Reason: "no header: the file is empty", Hint: "the first line has to name the columns: gid,userId"}
		case err == io.EOF:
			return nil, blank, &Refusal{Line: s.line, Column: 1, Reason: "no header: the file holds nothing but blank rows", Hint: "the first line has to name the columns: gid,userId"}
		case err != nil:
			return nil, blank, err
		case c.blank:
			blank++
		case c.sep != 0:
			sep, try = bytes.Clone(s.rec.raw), string(c.sep)
		case c.problem != nil:
			return nil, blank, c.problem
		default:
			c.header.sep = sep
			if c.header.IsReport && !c.header.lone { // the pod's own texts are in it, verbatim
				s.most = maxRecord
			}
			return c.header, blank, nil
		}
	}
}

// candidate is what the next record is under one delimiter: a blank row, a
// sep= line, or a header.
type candidate struct {
	blank   bool
	sep     byte // the delimiter that it names; 0: it is no sep= line
	header  *Header
	problem *Refusal
}

func (c *candidate) better(than *candidate) bool {
	if than == nil || (c.problem == nil) != (than.problem == nil) {
		return than == nil || c.problem == nil
	}
	// If both name the columns, the white space around names may be a tab.
	return c.problem != nil && c.header.width > than.header.width
}

// choose reads the next record under the best of the delimiters. If none can
// read it, or none that cuts it, the error is of the one that came furthest.
func choose(s *scanner, try string, l Layout, sepAllowed bool) (*candidate, error) {
	var best *candidate
	var furthest *Refusal
	for _, delim := range []byte(try) {
		s.delim = delim
		err := s.next()
		if r := (*Refusal)(nil); errors.As(err, &r) {
			if furthest == nil || r.Line > furthest.Line || r.Line == furthest.Line && r.Column > furthest.Column {
				furthest = r
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if s.rec.blank(0) {
			return &candidate{blank: true}, nil
		}
		if sepAllowed {
			sep, err := sepLine(&s.rec, delim)
			if err != nil || sep != 0 {
				return &candidate{sep: sep}, err
			}
		}
		c := &candidate{}
		c.header, c.problem = newHeader(&s.rec, delim, l)
		if c.better(best) {
			best = c
		}
		s.unread()
	}
	if furthest != nil && (best == nil || best.problem != nil && best.header.width == 1) {
		return nil, furthest
	}
	s.delim = best.header.Delimiter
	return best, s.next()
}

// sepLine reads a line like sep=; that was cut at delim, and returns the
// delimiter it names; 0: it is another line. A program that took the line for
// a row has perhaps quoted it, or filled it up with its own delimiter, and
// then that one is used in the rows below.
func sepLine(rec *record, delim byte) (byte, error) {
	const prefix = "sep="
	cell := strings.TrimLeftFunc(string(rec.value(0)), isTrimmed)
	if len(cell) < len(prefix) || !strings.EqualFold(cell[:len(prefix)], prefix) || !rec.blank(1) {
		return 0, nil
	}
	named := cell[len(prefix):]
	if visible := strings.TrimFunc(named, isTrimmed); visible != "" || !strings.HasPrefix(named, "\t") {
		named = visible
	}
	switch {
	case len(rec.ends) > 1:
		return delim, nil
	case named == "":
		return 0, nil
	case strings.Contains(delimiters, named[:1]):
		return named[0], nil
	}
	return 0, &Refusal{
		Line:   rec.line,
		Column: 1,
		Reason: fmt.Sprintf("the line sep= names %s as the delimiter", quote([]byte(named))),
		Hint:   "comma, semicolon, tab and pipe can be read; remove the line if it is wrong",
	}
}
