package batch

import (
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// utf16Reader turns UTF-16 into UTF-8. What is no UTF-16, half a surrogate
// pair or half a unit, is a [*Refusal] behind all good text before it.
type utf16Reader struct {
	src    io.Reader
	order  binary.ByteOrder
	offset int64  // of the next unit in the file
	high   uint16 // the first half of a surrogate pair; 0: none is open
	block  [32 << 10]byte
	text   []byte // decoded, in the room of buf
	buf    []byte
	err    error // follows text
}

// newUTF16Reader reads what follows the byte order mark.
func newUTF16Reader(src io.Reader, order binary.ByteOrder) *utf16Reader {
	return &utf16Reader{src: src, order: order, offset: int64(len(bomUTF16LE))}
}

func (r *utf16Reader) Read(p []byte) (int, error) {
	for len(r.text) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.decode()
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// decode reads one block. Only the last one is short, and may be odd.
func (r *utf16Reader) decode() {
	n, err := readFull(r.src, r.block[:])
	r.buf = r.buf[:0]
	for i := 0; i+1 < n && r.err == nil; i += 2 {
		r.unit(r.order.Uint16(r.block[i:]))
	}
	r.text = r.buf
	switch {
	case r.err != nil || err == nil:
	case err != io.EOF:
		r.err = err
	case r.high != 0:
		r.err = r.lone(r.offset-2, r.high)
	case n%2 != 0:
		r.err = &Refusal{Offset: r.offset, Reason: "the UTF-16 text ends in half a character", Hint: hintUTF8}
	default:
		r.err = io.EOF
	}
}

func (r *utf16Reader) unit(u uint16) {
	const highFirst, highLast = 0xD800, 0xDBFF
	switch c := rune(u); {
	case r.high != 0:
		if c = utf16.DecodeRune(rune(r.high), c); c == utf8.RuneError {
			r.err = r.lone(r.offset-2, r.high)
			return
		}
		r.buf = utf8.AppendRune(r.buf, c)
		r.high = 0
	case c >= highFirst && c <= highLast:
		r.high = u
	case utf16.IsSurrogate(c):
		r.err = r.lone(r.offset, u)
		return
	default:
		r.buf = utf8.AppendRune(r.buf, c)
	}
	r.offset += 2
}

func (r *utf16Reader) lone(at int64, u uint16) *Refusal {
	return &Refusal{Offset: at, Reason: fmt.Sprintf("invalid UTF-16: 0x%04X is half a character", u), Hint: hintUTF8}
}
