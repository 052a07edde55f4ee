package report

import (
	"io"
	"path/filepath"
	"sync"

	"ibremove/batch"
)

// blockSize is how much text of a sheet is written at once, about.
const blockSize = 128 << 10

// sheet is one file of rows. Their text is gathered in blocks; the file is
// made with the first one.
type sheet struct {
	name  string
	of    func(*batch.Verdict) bool // whether it takes a row that is not done; nil: it takes all
	rows  int
	full  *block // in hand; nil: nothing is
	spare sync.Pool
	draft *Draft
}

// block is a part of a sheet's text.
type block struct {
	sheet *sheet
	text  []byte
}

// add takes a row's line, behind the header if it is the first, and reports
// whether a block is full.
func (s *sheet) add(header, line []byte) bool {
	if s.full == nil {
		b, ok := s.spare.Get().(*block)
		if !ok {
			b = &block{sheet: s, text: make([]byte, 0, blockSize+blockSize/8)}
		}
		s.full = b
	}
	if s.rows == 0 {
		s.full.text = append(s.full.text, header...)
	}
	s.rows++
	s.full.text = append(s.full.text, line...)
	return len(s.full.text) >= blockSize
}

// take hands over the block in hand; nil: there is none.
func (s *sheet) take() *block {
	b := s.full
	s.full = nil
	return b
}

// writeIn appends the block to its sheet's file in dir.
func (b *block) writeIn(disk Disk, dir string) (err error) {
	if s := b.sheet; s.draft == nil {
		if s.draft, err = NewDraft(disk, filepath.Join(dir, s.name), 0o600); err != nil {
			return err
		}
	}
	return b.write(b.sheet.draft)
}

// write writes the block to w; then it is the sheet's again.
func (b *block) write(w io.Writer) error {
	_, err := w.Write(b.text)
	b.text = b.text[:0]
	b.sheet.spare.Put(b)
	return err
}

func (s *sheet) commit() (sum string, err error) {
	sum, _, err = s.draft.Commit()
	return sum, err
}

func (s *sheet) discard() {
	if s.draft != nil {
		s.draft.Discard()
	}
}
