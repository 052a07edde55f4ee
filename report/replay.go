package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// ErrNoRecord says that a journal has no durable record yet: nothing of its run
// was ever sent.
var ErrNoRecord = errors.New("no durable record")

// DamageError says that a journal is not what was written: nothing may be
// concluded from it.
type DamageError struct {
	Path   string
	Offset int64  // where the damaged record begins
	Record uint32 // its number, from 1
	Reason string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: record %d, at byte %d: %s", e.Path, e.Record, e.Offset, e.Reason)
}

// noRecord is the error of a journal without one. Where there is a report, there
// was a journal.
func noRecord(path string) error {
	if _, err := os.Lstat(filepath.Join(filepath.Dir(path), ReportFile)); err == nil {
		return &DamageError{Path: path, Record: 1, Reason: "it is not there, though the run has a report"}
	}
	return fmt.Errorf("%s: %w", path, ErrNoRecord)
}

// Replay reads a journal once, in bounded memory. It tells what the journal's
// number, checksums and end marks can tell:
//
//   - A record cut short by the end of the file, or by zeros up to it, is a
//     torn tail and dropped, if no other record follows. If only the end mark
//     is lost, the record counts.
//   - All else that is not as it was written is a [*DamageError], a wrong
//     checksum of the last record too.
//
// What cannot be told: whole records cut off the end leave a shorter journal
// that is sound. Hence an intent is synced before it is acted upon, and what is
// lost after the last one costs a look-up.
type Replay struct {
	Header JournalHeader

	path  string
	src   io.ReaderAt
	file  io.Closer // nil: not ours to close
	in    *bufio.Reader
	size  int64 // of the file
	data  int64 // without the zeros at its end
	start place // before the record in hand
	end   place // after it
	buf   []byte
	ended bool
}

// OpenReplay opens the journal at path and reads its header. The error wraps
// ErrNoRecord if there is none, or no file.
func OpenReplay(path string) (*Replay, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noRecord(path)
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReplay(file, info.Size(), path)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r.file = file
	return r, nil
}

// NewReplay reads the header of a journal of size bytes. Errors name it path.
func NewReplay(src io.ReaderAt, size int64, path string) (*Replay, error) {
	data, err := withoutZeros(src, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r := &Replay{path: path, src: src, size: size, data: data}
	r.in = bufio.NewReaderSize(io.NewSectionReader(src, 0, size), int(min(size, readSize)))
	payload, err := r.next()
	if err == io.EOF {
		return nil, noRecord(path)
	}
	if err != nil {
		return nil, err
	}
	if payload[0] != kindHeader {
		return nil, r.damaged("it is not the header")
	}
	if err := json.Unmarshal(payload[1:], &r.Header); err != nil {
		return nil, r.damaged(err.Error())
	}
	if err := r.Header.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Records gives what follows the header, in order, once. Any error is the last
// pair of the stream.
func (r *Replay) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			payload, err := r.next()
			if err == io.EOF {
				r.ended = true
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			record, err := parseRecord(payload)
			if err != nil {
				yield(nil, r.damaged(err.Error()))
				return
			}
			if !yield(record, nil) {
				return
			}
		}
	}
}

// Torn is how many bytes of a torn tail were dropped, once Records has ended.
func (r *Replay) Torn() int64 { return max(0, r.size-r.end.offset) }

// Close closes the file that OpenReplay opened.
func (r *Replay) Close() error {
	if r.file == nil {
		return nil
	}
	file := r.file
	r.file = nil
	return file.Close()
}
