package report

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

const (
	headSize   = 12        // length, number, checksum of both
	tailSize   = 5         // checksum, end mark
	endMark    = '\n'      // not zero, so that a zero-filled tail can be told
	maxPayload = 64 << 20  // more than any answer of the pod can hold
	splitAt    = 1 << 20   // no further item once a payload has this size
	kindHeader = byte('H') // the payload's first byte
	kindLife   = byte('L')
	kindIntent = byte('I')
	kindSettle = byte('S')
	kindEnd    = byte('E')
)

// place is a place between two records: its offset, and the number and the
// checksum of the record before. The zero value is the start of the file.
type place struct {
	offset int64
	number uint32
	sum    uint32
}

// open begins a record of the given kind in buf; the payload follows, then
// seal.
func (place) open(buf []byte, kind byte) []byte {
	buf = append(buf, make([]byte, headSize)...)
	return append(buf, kind)
}

// seal ends the record that was opened at buf[start].
func (p *place) seal(buf []byte, start int) ([]byte, error) {
	length := len(buf) - start - headSize
	if length > maxPayload {
		return buf, fmt.Errorf("a record of %d bytes is over the limit of %d", length, maxPayload)
	}
	p.number++
	if p.number == 0 {
		return buf, fmt.Errorf("the journal is full: %d records", uint32(1<<32-1))
	}
	head := buf[start : start+headSize]
	binary.LittleEndian.PutUint32(head[0:], uint32(length))
	binary.LittleEndian.PutUint32(head[4:], p.number)
	binary.LittleEndian.PutUint32(head[8:], castagnoli(0, head[:8]))
	p.sum = castagnoli(p.sum, buf[start:])
	p.offset += int64(headSize + length + tailSize)
	buf = binary.LittleEndian.AppendUint32(buf, p.sum)
	return append(buf, endMark), nil
}

// verify tells whether frame, which begins at p, is a record with the right
// checksum whose payload has that length, and the place after it. The end mark
// is not looked at and may be missing.
func (p place) verify(frame []byte, length int) (place, bool) {
	sumAt := headSize + length
	if len(frame) < sumAt+tailSize-1 {
		return p, false
	}
	after := place{
		offset: p.offset + int64(sumAt+tailSize),
		number: p.number + 1,
		sum:    castagnoli(p.sum, frame[:sumAt]),
	}
	return after, after.sum == binary.LittleEndian.Uint32(frame[sumAt:])
}

// parseHead reads a record's head. It is not ok if its checksum is not right.
func parseHead(head []byte) (length int, number uint32, ok bool) {
	_ = head[headSize-1]
	if castagnoli(0, head[:8]) != binary.LittleEndian.Uint32(head[8:]) {
		return 0, 0, false
	}
	return int(binary.LittleEndian.Uint32(head)), binary.LittleEndian.Uint32(head[4:]), true
}

// holdsHead reports whether a head of a record after number begins anywhere
// in b.
func holdsHead(b []byte, number uint32) bool {
	for ; len(b) >= headSize; b = b[1:] {
		if _, n, ok := parseHead(b); ok && n > number {
			return true
		}
	}
	return false
}

// castagnoli is CRC-32C over b, going on from sum. MakeTable returns one
// shared table.
func castagnoli(sum uint32, b []byte) uint32 {
	return crc32.Update(sum, crc32.MakeTable(crc32.Castagnoli), b)
}
