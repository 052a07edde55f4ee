package report

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// Disk is how this package changes the file system: each method is one step
// that a full or failing disk can refuse. Names are the operating system's.
type Disk interface {
	// Open is os.OpenFile for writing. A file that it creates has exactly the
	// mode perm, whatever the umask; to be sure of that, pass os.O_EXCL.
	Open(name string, flag int, perm fs.FileMode) (File, error)
	// Mkdir makes one directory with exactly the mode perm.
	Mkdir(name string, perm fs.FileMode) error
	Rename(from, to string) error
	// Remove removes a file; a missing one is no error.
	Remove(name string) error
	// RemoveAll removes name and all that is in it; a missing one is no error.
	RemoveAll(name string) error
	// SyncDir makes the names in a directory durable, as File.Sync does the
	// bytes of a file.
	SyncDir(name string) error
}

// File is a file open for writing.
type File interface {
	io.WriteCloser
	Sync() error
}

// OSDisk is the disk of this machine.
type OSDisk struct{}

var _ Disk = OSDisk{}

// Open implements [Disk].
func (OSDisk) Open(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	if flag&os.O_EXCL != 0 {
		if err := f.Chmod(perm); err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(name))
		}
	}
	return f, nil
}

// Mkdir implements [Disk].
func (OSDisk) Mkdir(name string, perm fs.FileMode) error {
	if err := os.Mkdir(name, perm); err != nil {
		return err
	}
	if err := os.Chmod(name, perm); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// Rename implements [Disk].
func (OSDisk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements [Disk].
func (OSDisk) Remove(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// RemoveAll implements [Disk].
func (OSDisk) RemoveAll(name string) error { return os.RemoveAll(name) }

// SyncDir implements [Disk]. Windows has no such call, and some file systems
// refuse it because they need none: neither is an error.
func (OSDisk) SyncDir(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, dir.Close())
}
