//go:build linux || darwin

package report

import (
	"os"

	"golang.org/x/sys/unix"
)

// FreeSpace is how many bytes this user may still write to the file system
// that dir is on.
func FreeSpace(dir string) (uint64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return stat.Bavail * uint64(stat.Bsize), nil
}
