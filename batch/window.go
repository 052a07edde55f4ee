package batch

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

const ctrlZ = 0x1A // ended text files in CP/M and DOS

// window is the part of a file that is in memory. It slides over the file, and
// shows text only: UTF-8, without NUL, and without the final Ctrl-Z.
type window struct {
	src  io.Reader
	enc  encoding
	buf  []byte
	base int64 // offset of buf[0] in the text
	pos  int   // of the next record; who reads moves it
	good int   // buf[pos:good] is checked
	end  int   // buf[good:end] was read, but more is needed to judge it
	err  error // what follows good: nil: more; io.EOF: nothing; or an error
}

func newWindow(src io.Reader, enc encoding) *window {
	return &window{src: src, enc: enc, buf: make([]byte, 256<<10)}
}

// text is valid until more is called.
func (w *window) text() []byte { return w.buf[w.pos:w.good] }

// more shows more text behind that which is there, or sets err.
func (w *window) more() {
	if w.err != nil {
		return
	}
	copy(w.buf, w.buf[w.pos:w.end])
	w.base += int64(w.pos)
	w.good, w.end, w.pos = w.good-w.pos, w.end-w.pos, 0
	if w.end > len(w.buf)/2 {
		w.buf = append(w.buf, make([]byte, len(w.buf))...)
	}
	n, err := readFull(w.src, w.buf[w.end:])
	w.end += n
	w.err = err
	if _, refused := err.(*Refusal); err != nil && err != io.EOF && !refused {
		w.err = fmt.Errorf("read the input: %w", err)
	}
	w.check()
}

// check moves good as far as the text is sound. A character or a Ctrl-Z at the
// very end has to wait for what follows.
func (w *window) check() {
	fresh := w.buf[w.good:w.end]
	final := w.err == io.EOF
	if z := finalCtrlZ(fresh); z >= 0 && final {
		fresh = append(fresh[:z], fresh[z+1:]...)
		w.end--
	} else if z >= 0 {
		fresh = fresh[:z]
	}
	if !final {
		fresh = fresh[:len(fresh)-cutRune(fresh)]
	}
	nul := bytes.IndexByte(fresh, 0)
	if nul >= 0 {
		fresh = fresh[:nul]
	}
	switch {
	case !utf8.Valid(fresh):
		fresh = fresh[:validPrefix(fresh)]
		w.reject(len(fresh), "invalid UTF-8")
	case nul >= 0:
		w.reject(nul, "a NUL byte")
	}
	w.good += len(fresh)
}

// reject leaves line and column to the scanner.
func (w *window) reject(at int, reason string) {
	r := &Refusal{Reason: reason, Hint: hintUTF8}
	if !w.enc.wide {
		r.Offset = w.enc.skip + w.base + int64(w.good+at)
	}
	w.err = r
}

// finalCtrlZ finds a Ctrl-Z that nothing but one line end follows; -1: none.
func finalCtrlZ(text []byte) int {
	text = bytes.TrimSuffix(text, []byte{'\n'})
	text = bytes.TrimSuffix(text, []byte{'\r'})
	if n := len(text) - 1; n >= 0 && text[n] == ctrlZ {
		return n
	}
	return -1
}

// cutRune counts the last bytes of text that begin a character and do not end
// it.
func cutRune(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

func validPrefix(text []byte) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}
