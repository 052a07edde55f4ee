package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockFile   = ".ibremove.lock"
	holderFile = ".ibremove.lock.json" // apart: Windows lets no one read a locked file
)

// Holder says who holds a runs directory.
type Holder struct {
	PID   int       `json:"pid"`
	Run   string    `json:"run"` // run id; empty until it is known
	Since time.Time `json:"since"`
}

// LockedError says that another process holds the runs directory. The Holder
// is zero if it is not known.
type LockedError struct {
	Holder
	Path string // of the lock file
}

func (e *LockedError) Error() string {
	who := "another run"
	if e.Run != "" {
		who += " (" + e.Run + ")"
	}
	if e.PID != 0 {
		who += fmt.Sprintf(" of process %d", e.PID)
	}
	if !e.Since.IsZero() {
		who += " since " + e.Since.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%s: held by %s; nothing was sent", e.Path, who)
}

// Lock is the right to change what is in a runs directory. The kernel frees it
// when the process ends, however that comes about. The lock file stays: if it
// were removed, two processes could each hold a lock of that name.
type Lock struct {
	disk   Disk
	flock  *flock.Flock
	holder string // path of the holder's file
}

// TakeLock takes the lock of runsDir or fails at once, with a [*LockedError]
// if another process has it.
func TakeLock(disk Disk, runsDir string, h Holder) (*Lock, error) {
	l := &Lock{
		disk:   disk,
		flock:  flock.New(filepath.Join(runsDir, lockFile)),
		holder: filepath.Join(runsDir, holderFile),
	}
	switch got, err := l.flock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the runs directory: %w", err)
	case !got:
		return nil, &LockedError{Holder: readHolder(l.holder), Path: l.flock.Path()}
	}
	if err := l.Tell(h); err != nil {
		return nil, errors.Join(err, l.flock.Unlock())
	}
	return l, nil
}

// Tell lets others know who holds the lock.
func (l *Lock) Tell(h Holder) error {
	_, _, err := Publish(l.disk, l.holder, 0o600, func(w io.Writer) error {
		return json.NewEncoder(w).Encode(h)
	})
	return err
}

// Unlock frees the lock.
func (l *Lock) Unlock() error {
	return errors.Join(l.disk.Remove(l.holder), l.flock.Unlock())
}

// readHolder is for a message alone: what it cannot read is not known.
func readHolder(path string) (h Holder) {
	content, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(content, &h) != nil {
		return Holder{}
	}
	return h
}
