package report

import (
	"fmt"
	"io"
)

const readSize = 64 << 10 // bytes asked of the file at once

// next reads the next whole record and returns its payload, valid until the
// call after it. After the last one, and before a torn tail, it is io.EOF.
func (r *Replay) next() ([]byte, error) {
	r.start = r.end
	at := r.start.offset
	rest := r.size - at
	if rest < headSize {
		return nil, io.EOF
	}
	head, err := r.read(0, headSize)
	if err != nil {
		return nil, err
	}
	length, number, ok := parseHead(head)
	switch expected := r.start.number + 1; {
	case !ok && r.data-at < headSize:
		return nil, io.EOF
	case !ok:
		return nil, r.damaged("its head is not as it was written")
	case number < expected:
		return nil, r.damaged(fmt.Sprintf("record %d is here again", number))
	case number > expected:
		return nil, r.damaged(fmt.Sprintf("it is missing, record %d follows", number))
	case length == 0 || length > maxPayload:
		return nil, r.damaged(fmt.Sprintf("it cannot be %d bytes long", length))
	}

	whole := headSize + length + tailSize
	frame, err := r.read(headSize, int(min(rest, int64(whole))))
	if err != nil {
		return nil, err
	}
	next, sound := r.start.verify(frame, length)
	cut := at+int64(whole) > r.data // the end mark is lost, and maybe more
	switch {
	case !sound && cut && !holdsHead(frame[headSize:], number):
		return nil, io.EOF
	case !sound && cut:
		return nil, r.damaged("it is cut short, and another record follows")
	case !sound:
		return nil, r.damaged("its checksum is wrong")
	case !cut && frame[whole-1] != endMark:
		return nil, r.damaged("its end mark is wrong")
	}
	r.end = next
	return frame[headSize : headSize+length], nil
}

// read has read the first have bytes of a record, and reads on up to n.
func (r *Replay) read(have, n int) ([]byte, error) {
	if cap(r.buf) < n {
		r.buf = append(make([]byte, 0, n+n/4), r.buf[:have]...)
	}
	r.buf = r.buf[:n]
	if _, err := io.ReadFull(r.in, r.buf[have:]); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF // the file became shorter meanwhile
		}
		return nil, fmt.Errorf("%s: byte %d: %w", r.path, r.start.offset, err)
	}
	return r.buf, nil
}

// damaged is the error for the record in hand.
func (r *Replay) damaged(reason string) error {
	return &DamageError{Path: r.path, Offset: r.start.offset, Record: r.start.number + 1, Reason: reason}
}

// withoutZeros is the size of src without the zeros at its end.
func withoutZeros(src io.ReaderAt, size int64) (int64, error) {
	block := make([]byte, min(size, readSize))
	for size > 0 {
		b := block[:min(size, int64(len(block)))]
		if n, err := src.ReadAt(b, size-int64(len(b))); n < len(b) {
			return 0, err
		}
		for i := len(b) - 1; i >= 0; i-- {
			if b[i] != 0 {
				return size - int64(len(b)-1-i), nil
			}
		}
		size -= int64(len(b))
	}
	return 0, nil
}
