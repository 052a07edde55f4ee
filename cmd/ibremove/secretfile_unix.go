//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// accessTo tells whether a file belongs to the account that we run as, and
// whether others can read or change it. One that is not ours may come to us
// through its group: so Kubernetes mounts a secret.
func accessTo(info fs.FileInfo) (ours, others bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int64(s.Uid) == int64(os.Geteuid()) {
		return true, info.Mode().Perm()&0o077 != 0
	}
	return false, info.Mode().Perm()&0o037 != 0
}
