package batch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Byte order marks. The one of UTF-32 begins with the one of UTF-16.
const (
	bomUTF8    = "\xEF\xBB\xBF"
	bomUTF16LE = "\xFF\xFE"
	bomUTF16BE = "\xFE\xFF"
	bomUTF32LE = "\xFF\xFE\x00\x00"
	bomUTF32BE = "\x00\x00\xFE\xFF"
)

const hintUTF8 = "save the file as UTF-8 (in Excel: 'CSV UTF-8')"

// encoding tells how a file spells its text.
type encoding struct {
	bom  bool  // it had a byte order mark
	wide bool  // it was UTF-16: offsets in the decoded text are not the file's
	skip int64 // length of the byte order mark
}

// decode returns src's text as UTF-8 behind the byte order mark. UTF-8 itself
// is passed on unchecked.
func decode(src io.Reader) (io.Reader, encoding, error) {
	head := make([]byte, 64)
	n, err := readFull(src, head)
	if err != nil && err != io.EOF {
		return nil, encoding{}, fmt.Errorf("read the input: %w", err)
	}
	head = head[:n]
	rest := func(bom string) io.Reader {
		return io.MultiReader(bytes.NewReader(head[len(bom):]), src)
	}
	switch begins := func(bom string) bool { return strings.HasPrefix(string(head), bom) }; {
	case begins(bomUTF32LE), begins(bomUTF32BE):
		return nil, encoding{}, &Refusal{Line: 1, Column: 1, Reason: "the file is UTF-32", Hint: hintUTF8}
	case begins(bomUTF16LE):
		return newUTF16Reader(rest(bomUTF16LE), binary.LittleEndian), encoding{bom: true, wide: true}, nil
	case begins(bomUTF16BE):
		return newUTF16Reader(rest(bomUTF16BE), binary.BigEndian), encoding{bom: true, wide: true}, nil
	case begins(bomUTF8):
		return rest(bomUTF8), encoding{bom: true, skip: int64(len(bomUTF8))}, nil
	case everyOtherIsNUL(head):
		return nil, encoding{}, &Refusal{
			Line: 1, Column: 1,
			Reason: "the file seems to be UTF-16 without a byte order mark",
			Hint:   hintUTF8,
		}
	}
	return rest(""), encoding{}, nil
}

// everyOtherIsNUL reports whether head looks like UTF-16: NULs in most places
// of one parity and nowhere else, as in a header of Western letters.
func everyOtherIsNUL(head []byte) bool {
	var nuls [2]int
	for i, c := range head {
		if c == 0 {
			nuls[i%2]++
		}
	}
	return nuls[0] != nuls[1] && nuls[0]*nuls[1] == 0 && (nuls[0]+nuls[1])*4 > len(head)
}
