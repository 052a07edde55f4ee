package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	maxField  = 64 << 10 // bytes of one cell's text, unless the file is a report of ours
	maxRecord = 16 << 20 // bytes of one row; a bound on memory
)

// scanner cuts a file's text into records.
//
// A line end is LF or CRLF; in a file without any LF it is CR. Physical lines
// are counted by it, in quoted cells too. Any other CR is data.
type scanner struct {
	*window
	delim byte
	eol   byte // the last byte of a line end
	most  int  // bytes of a cell
	line  int  // of the next record
	rec   record
}

func newScanner(w *window, hasLF bool) *scanner {
	s := &scanner{window: w, eol: '\n', most: maxField, line: 1}
	if !hasLF {
		s.eol = '\r'
	}
	return s
}

// next reads the next record into rec. At the end it returns io.EOF.
func (s *scanner) next() error {
	for {
		text, final := s.text(), s.err == io.EOF
		if final && len(text) == 0 {
			return io.EOF
		}
		n, err := s.plain(text), error(nil)
		if n == 0 {
			n, err = s.careful(text, final)
		}
		switch {
		case err != nil:
			return err
		case n > 0:
			s.rec.line = s.line
			s.line += 1 + s.rec.breaks
			s.pos += n
			return nil
		case s.err != nil:
			return s.located(text)
		case len(text) > maxRecord:
			return s.refuse(text, 0, fmt.Sprintf("a row of more than %d MiB", maxRecord>>20), "look for a missing line end")
		}
		s.more()
	}
}

// unread takes the last record back, to read it with another delimiter.
func (s *scanner) unread() {
	s.line = s.rec.line
	s.pos -= len(s.rec.raw) + len(s.rec.term)
}

// plain reads a record that has its line end in text, no quote, and no room
// for a cell that is too long: nearly every record there is. It returns how
// many bytes that took; 0: the record is another one.
func (s *scanner) plain(text []byte) int {
	n := bytes.IndexByte(text, s.eol)
	if n < 0 || n > s.most || bytes.IndexByte(text[:n], '"') >= 0 {
		return 0
	}
	line := s.chomp(text[:n], 0)
	ends := s.rec.ends[:0]
	for at := 0; ; at++ {
		i := bytes.IndexByte(line[at:], s.delim)
		if i < 0 {
			break
		}
		at += i
		ends = append(ends, at)
	}
	ends = append(ends, len(line))
	rec := &s.rec
	rec.raw, rec.term, rec.ends = line, text[len(line):n+1], ends
	rec.breaks, rec.quotes = 0, false
	return n + 1
}

// careful reads any record, and returns as plain does; 0: text ends in it.
func (s *scanner) careful(text []byte, final bool) (int, error) {
	ends := s.rec.ends[:0]
	for at := 0; ; at++ {
		cell := s.unquoted
		if at < len(text) && text[at] == '"' {
			cell = s.quoted
		}
		end, err := cell(text, at, final)
		if err != nil || end < 0 {
			return 0, err
		}
		ends = append(ends, end)
		if at = end; at < len(text) && text[at] == s.delim {
			continue
		}
		n := at
		if i := bytes.IndexByte(text[at:], s.eol); i >= 0 {
			n += i + 1
		} else {
			n = len(text)
		}
		s.rec = record{
			breaks: bytes.Count(text[:end], []byte{s.eol}),
			raw:    text[:end],
			term:   text[end:n],
			ends:   ends,
			quotes: true,
		}
		return n, nil
	}
}

// unquoted returns where the cell ends that begins at start; -1: not in text.
func (s *scanner) unquoted(text []byte, start int, final bool) (int, error) {
	end := start
	for end < len(text) && text[end] != s.delim && text[end] != s.eol {
		end++
	}
	cut := end == len(text)
	if cut || text[end] == s.eol {
		end = len(s.chomp(text[:end], start))
	}
	switch {
	case end-start > s.most:
		return 0, s.refuse(text, start, "the field that begins here is over "+s.mostText(), "look for a wrong delimiter or a missing line end")
	case cut && !final:
		return -1, nil
	}
	return end, nil
}

// quoted is unquoted for a cell that begins with a quote.
func (s *scanner) quoted(text []byte, start int, final bool) (int, error) {
	const hint = "look there for a stray quote, or one that is missing"
	doubled := 0
	for at := start + 1; ; at += 2 {
		end := len(text)
		i := bytes.IndexByte(text[at:], '"')
		if i >= 0 {
			end = at + i
		}
		at = end
		switch {
		case end-start-1-doubled > s.most:
			return 0, s.refuse(text, start, "the quoted field that opens here is over "+s.mostText()+": is its closing quote missing?", hint)
		case i < 0 && final:
			return 0, s.refuse(text, start, "the quote that opens here never closes", hint)
		case i < 0, end+1 == len(text) && !final:
			return -1, nil
		case end+1 < len(text) && text[end+1] == '"':
			doubled++
			continue
		}
		return s.closed(text, start, end+1, final)
	}
}

// closed looks at what follows a closing quote.
func (s *scanner) closed(text []byte, start, end int, final bool) (int, error) {
	rest := text[end:]
	switch {
	case len(rest) == 0, rest[0] == s.delim, rest[0] == s.eol:
		return end, nil
	case rest[0] == '\r' && len(rest) == 1 && !final:
		return -1, nil
	case rest[0] == '\r' && (len(rest) == 1 || rest[1] == s.eol):
		return end, nil
	}
	line, column := s.place(text[:start])
	return 0, s.refuse(text, end, "text after a closing quote",
		fmt.Sprintf("the quoted field opens in line %d, column %d: look for a stray quote, or double each quote within it", line, column))
}

// chomp takes the CR off a cell that begins at start and ends where text does,
// at LF or at the end of the file.
func (s *scanner) chomp(text []byte, start int) []byte {
	if n := len(text); n > start && text[n-1] == '\r' {
		return text[:n-1]
	}
	return text
}

// place says where in the file text ends that begins with the next record.
func (s *scanner) place(text []byte) (line, column int) {
	last := bytes.LastIndexByte(text, s.eol)
	return s.line + bytes.Count(text, []byte{s.eol}), utf8.RuneCount(text[last+1:]) + 1
}

func (s *scanner) mostText() string { return fmt.Sprintf("%d KiB", s.most>>10) }

func (s *scanner) refuse(text []byte, at int, reason, hint string) error {
	line, column := s.place(text[:at])
	return &Refusal{Line: line, Column: column, Reason: reason, Hint: hint}
}

// located is the window's error, with the place if the file is to blame.
func (s *scanner) located(text []byte) error {
	var r *Refusal
	if !errors.As(s.err, &r) {
		return s.err
	}
	at := *r
	at.Line, at.Column = s.place(text)
	return &at
}
