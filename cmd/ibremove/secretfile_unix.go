//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// accessTo tells whether a file belongs to the account euid, and
// whether others can read or change it. One of root's may come to us through
// its group: so Kubernetes mounts a secret.
func accessTo(info fs.FileInfo, euid int) (ours, others bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	ours = !ok || int64(s.Uid) == int64(euid)
	if !ours && s.Uid == 0 {
		return false, info.Mode().Perm()&0o037 != 0
	}
	return ours, info.Mode().Perm()&0o077 != 0
}
