package report

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const tempPrefix = ".ibremove-"

// tempName names what is not yet in its place: a file that is being written, a
// directory that Stage made.
func tempName() string { return tempPrefix + rand.Text() }

// isTemp reports whether tempName made a name. One that only begins like it is
// somebody's own.
func isTemp(name string) bool {
	text, ok := strings.CutPrefix(name, tempPrefix)
	return ok && len(text) == len(rand.Text()) && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Publish puts what write writes at path, as a [Draft] that is committed.
func Publish(disk Disk, path string, perm fs.FileMode, write func(io.Writer) error) (sum string, size int64, err error) {
	d, err := NewDraft(disk, path, perm)
	if err != nil {
		return "", 0, err
	}
	defer d.Discard() // also when write panics
	if err := write(d); err != nil {
		return "", 0, fmt.Errorf("write %s: %w", path, err)
	}
	return d.Commit()
}

// Draft is a file that will be put in its place whole and durable, or not at
// all.
type Draft struct {
	disk       Disk
	path, temp string
	file       File // nil: committed or discarded
	buffer     *bufio.Writer
	hash       hash.Hash
	size       int64
}

// NewDraft begins a file that Commit will put at path, with exactly the mode
// perm, in place of what is there.
func NewDraft(disk Disk, path string, perm fs.FileMode) (*Draft, error) {
	d := &Draft{disk: disk, path: path, hash: sha256.New()}
	d.temp = filepath.Join(filepath.Dir(path), tempName())
	file, err := disk.Open(d.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	d.file = file
	d.buffer = bufio.NewWriterSize(io.MultiWriter(file, d.hash), 64<<10)
	return d, nil
}

// Write implements io.Writer; it is buffered.
func (d *Draft) Write(p []byte) (int, error) {
	n, err := d.buffer.Write(p)
	d.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("write %s: %w", d.path, err)
	}
	return n, nil
}

// Commit puts the file in its place. It returns the SHA-256, in hex, and the
// size of what was written. After an error the old file is still there and
// nothing else is; only if the directory could not be synced the new one is,
// and a power cut may undo it.
func (d *Draft) Commit() (sum string, size int64, err error) {
	defer d.Discard()
	for _, step := range []func() error{
		d.buffer.Flush,
		d.file.Sync,
		d.close,
		func() error { return d.disk.Rename(d.temp, d.path) },
		func() error { return d.disk.SyncDir(filepath.Dir(d.path)) },
	} {
		if err := step(); err != nil {
			return "", 0, fmt.Errorf("write %s: %w", d.path, err)
		}
	}
	d.temp = ""
	return hex.EncodeToString(d.hash.Sum(nil)), d.size, nil
}

// Discard takes away what was not committed. After Commit it does nothing.
func (d *Draft) Discard() {
	_ = d.close()
	if d.temp != "" {
		_ = d.disk.Remove(d.temp)
		d.temp = ""
	}
}

func (d *Draft) close() error {
	if d.file == nil {
		return nil
	}
	file := d.file
	d.file = nil
	return file.Close()
}
