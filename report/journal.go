package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"ibremove/batch"
)

// ErrNotDurable is what a Journal's errors wrap when the disk refused a step:
// nothing more may be sent, and what is on the disk can be resumed.
var ErrNotDurable = errors.New("the journal cannot be made durable")

// Journal is the durable record of a run, and its [batch.Recorder]. It is safe
// for concurrent use.
//
// After a failed or short write or fsync it is dead: what reached the disk is
// not known, and asking again would not tell. Every later call returns the
// same error and touches the disk no more.
//
// # Format, version 1
//
// A journal is a row of records, and nothing else. Integers are little endian.
//
//	head     length of the payload   uint32, 1 to 64 MiB
//	         number of the record    uint32: 1, 2, 3 …
//	         CRC-32C of these 8 bytes
//	payload  kind                    1 byte
//	         content
//	tail     CRC-32C of head and payload, begun with that of the record before
//	         end mark                1 byte, '\n'
//
//	kind  content
//	H     JournalHeader, JSON; the first record and no other
//	L     Life, JSON: a later process goes on
//	I     chunks that are about to be sent, to the payload's end
//	S     settlements, to the payload's end: status (1 byte), code, message,
//	      HTTP status, attempts, at, chunk
//	E     End, JSON
//
//	chunk: gid, how many user ids, each as the difference to the one before
//
// A text is its length and its bytes. Lengths and counts are unsigned varints,
// other integers signed ones, as encoding/binary has them.
//
// The head's own checksum tells a damaged length from a torn tail, the number
// tells a missing, repeated or moved record, the chained checksum one of
// another journal. No record ends in a zero byte: zeros at the end of a file
// are blocks that were never written.
type Journal struct {
	path string

	flush sync.Mutex // held during an fsync; taken before mu
	mu    sync.Mutex // guards all below
	file  File
	end   place
	buf   []byte // of the last write, to be used again
	wrote uint64 // writes so far
	safe  uint64 // writes so far that are durable
	err   error  // why the journal is dead
}

var _ batch.Recorder = (*Journal)(nil)

// CreateJournal begins the journal of a new run at path, where nothing may be
// yet. The header is durable when it returns.
func CreateJournal(disk Disk, path string, h JournalHeader) (*Journal, error) {
	h.Format = journalFormat
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file, err := disk.Open(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err != nil {
		return nil, notDurable(path, err)
	}
	j := &Journal{path: path, file: file}
	if err := j.recordJSON(kindHeader, h); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if err := disk.SyncDir(filepath.Dir(path)); err != nil {
		return nil, errors.Join(notDurable(path, err), file.Close())
	}
	return j, nil
}

// OpenJournal goes on with the journal that r has read to its end without an
// error, and closes r. The whole records are first copied into a new file that
// replaces the old one: that drops a torn tail at one stroke, and what an
// earlier life failed to sync is written again, not trusted.
func OpenJournal(disk Disk, r *Replay) (*Journal, error) {
	if !r.ended {
		return nil, fmt.Errorf("%s: the journal was not read to its end", r.path)
	}
	_, _, err := Publish(disk, r.path, 0o600, func(w io.Writer) error {
		// The last end mark may be what the tail lost.
		if _, err := io.Copy(w, io.NewSectionReader(r.src, 0, r.end.offset-1)); err != nil {
			return err
		}
		_, err := w.Write([]byte{endMark})
		return errors.Join(err, r.Close())
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotDurable, err)
	}
	file, err := disk.Open(r.path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, notDurable(r.path, err)
	}
	return &Journal{path: r.path, file: file, end: r.end}, nil
}

// Record implements [batch.Recorder]: an intent is durable when it returns, a
// settlement is handed to the operating system in one write. Intents of
// several workers share an fsync.
func (j *Journal) Record(e batch.Entry) error {
	wrote, err := j.write(func(end *place, buf []byte) ([]byte, error) {
		return end.appendEntry(buf, e)
	})
	if err != nil || len(e.Intent) == 0 {
		return err
	}
	return j.sync(wrote)
}

// Life records durably that a new process goes on with the run.
func (j *Journal) Life(l Life) error { return j.recordJSON(kindLife, l) }

// End records durably how this life of the run ended.
func (j *Journal) End(e End) error { return j.recordJSON(kindEnd, e) }

// Sync makes all that was recorded durable.
func (j *Journal) Sync() error {
	j.mu.Lock()
	wrote, err := j.wrote, j.err
	j.mu.Unlock()
	if err != nil {
		return err
	}
	return j.sync(wrote)
}

// Close closes the file; it makes nothing durable. Nothing can be recorded
// after it.
func (j *Journal) Close() error {
	j.flush.Lock()
	defer j.flush.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = notDurable(j.path, os.ErrClosed)
	}
	return j.file.Close()
}

func (j *Journal) recordJSON(kind byte, v any) error {
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	wrote, err := j.write(func(end *place, buf []byte) ([]byte, error) {
		return end.seal(append(end.open(buf, kind), content...), 0)
	})
	if err != nil {
		return err
	}
	return j.sync(wrote)
}

// write hands what encode appends to the operating system in one write, and
// returns how many there were so far.
func (j *Journal) write(encode func(*place, []byte) ([]byte, error)) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return 0, j.err
	}
	var err error
	if j.buf, err = encode(&j.end, j.buf[:0]); err == nil && len(j.buf) > 0 {
		var n int
		n, err = j.file.Write(j.buf)
		if err == nil && n < len(j.buf) {
			err = io.ErrShortWrite
		}
	}
	if err != nil {
		j.err = notDurable(j.path, err)
		return 0, j.err
	}
	j.wrote++
	return j.wrote, nil
}

// sync returns when the first wrote writes are durable. One fsync covers all
// that was written before it began, so most of those who had to wait for it
// need none of their own.
func (j *Journal) sync(wrote uint64) error {
	j.flush.Lock()
	defer j.flush.Unlock()
	j.mu.Lock()
	covers, safe, err := j.wrote, j.safe, j.err
	j.mu.Unlock()
	if err != nil || safe >= wrote {
		return err
	}
	err = j.file.Sync()
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && j.err == nil {
		j.err = notDurable(j.path, err)
	}
	if j.err == nil {
		j.safe = covers
	}
	return j.err
}

func notDurable(path string, err error) error {
	return fmt.Errorf("%s: %w: %w", path, ErrNotDurable, err)
}
