package batch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// maxInput is the most that a file may hold after gunzip, in bytes.
const maxInput = 16 << 30

// ErrCopy says that a snapshot could not be written; the input is not to blame.
var ErrCopy = errors.New("write the copy of the input")

// Source tells what a snapshot holds.
type Source struct {
	Size   int64    // bytes written, after gunzip
	SHA256 [32]byte // of those bytes
	HasLF  bool     // a line feed anywhere; in UTF-16 a whole unit of it
}

// Snapshot copies src to dst once, and gunzips it if its content is gzip,
// whatever its name: every later pass reads the copy. A gzip file that is
// damaged, cut, or followed by something else, and more than 16 GiB, are a
// [*Refusal]; an error of src or dst is wrapped.
func Snapshot(dst io.Writer, src io.Reader) (Source, error) {
	return snapshot(dst, src, maxInput)
}

func snapshot(dst io.Writer, src io.Reader, most int64) (Source, error) {
	in := &watched{src: src}
	text, err := gunzip(in)
	var (
		s     Source
		sum   = sha256.New()
		feeds lineFeeds
		block = make([]byte, 256<<10)
	)
	for err == nil {
		var n int
		n, err = readFull(text, block)
		if s.Size += int64(n); s.Size > most {
			return s, &Refusal{
				Offset: most, AtByte: true,
				Reason: fmt.Sprintf("the file holds more than %d GiB", most>>30),
				Hint:   "split it into smaller files",
			}
		}
		sum.Write(block[:n])
		feeds.look(block[:n])
		if _, werr := dst.Write(block[:n]); werr != nil {
			return s, fmt.Errorf("%w: %w", ErrCopy, werr)
		}
	}
	switch {
	case in.err != nil:
		return s, fmt.Errorf("read the input: %w", in.err)
	case err != io.EOF:
		return s, damaged(err, s.Size)
	}
	sum.Sum(s.SHA256[:0])
	s.HasLF = feeds.found
	return s, nil
}

// Same reads src to its end, and fails there if it does not hold the bytes of
// the snapshot.
func (s Source) Same(src io.Reader) io.Reader {
	return &same{src: src, sum: sha256.New(), want: s.SHA256}
}

type same struct {
	src  io.Reader
	sum  hash.Hash
	want [sha256.Size]byte
}

func (s *same) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	s.sum.Write(p[:n])
	if err == io.EOF && [sha256.Size]byte(s.sum.Sum(nil)) != s.want {
		err = errors.New("its content has changed since it was checked")
	}
	return n, err
}

// gunzip looks at the first two bytes of src.
func gunzip(src io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(src, 64<<10)
	if magic, _ := b.Peek(2); string(magic) != "\x1f\x8b" {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return z, err
}

func damaged(err error, at int64) *Refusal {
	reason := fmt.Sprintf("the gzip file is damaged: %v", err)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		reason = "the gzip file is cut off"
	}
	return &Refusal{Offset: at, AtByte: true, Reason: reason, Hint: "copy or compress it again; 'gzip -t FILE' checks it"}
}

// watched remembers src's own error, to tell it from gzip's.
type watched struct {
	src io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.src.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// lineFeeds looks for a line feed in blocks of an even length; only the last
// block may be odd.
type lineFeeds struct {
	begun, found bool
	unit         []byte // a line feed in UTF-16; nil: it is one byte
}

func (l *lineFeeds) look(block []byte) {
	if !l.begun {
		l.begun = true
		switch {
		case bytes.HasPrefix(block, []byte(bomUTF16LE)):
			l.unit = []byte{'\n', 0}
		case bytes.HasPrefix(block, []byte(bomUTF16BE)):
			l.unit = []byte{0, '\n'}
		}
	}
	if l.unit == nil {
		l.found = l.found || bytes.IndexByte(block, '\n') >= 0
		return
	}
	for i := 0; i+1 < len(block) && !l.found; i += 2 {
		l.found = block[i] == l.unit[0] && block[i+1] == l.unit[1]
	}
}

// readFull reads until p is full or src gives an error. Unlike [io.ReadFull]
// it returns that error as it is: an [io.ErrUnexpectedEOF] of src stays
// apart from the end.
func readFull(src io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = src.Read(p[n:])
		n += m
	}
	return n, err
}
