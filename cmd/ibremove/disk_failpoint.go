//go:build failpoint && unix

package main

import (
	"io/fs"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"

	"ibremove/report"
)

// hostDisk kills this process before the step that IBREMOVE_KILL_AT numbers,
// from 1: a create, a write, an fsync, a rename. Half of a write is made first,
// as a kill may leave it.
func hostDisk() report.Disk {
	at, err := strconv.Atoi(os.Getenv("IBREMOVE_KILL_AT"))
	if err != nil {
		return report.OSDisk{}
	}
	d := &deadlyDisk{}
	d.left.Store(int64(at))
	return d
}

type deadlyDisk struct {
	report.OSDisk
	left atomic.Int64
}

func (d *deadlyDisk) step() bool { return d.left.Add(-1) == 0 }

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func (d *deadlyDisk) Open(name string, flag int, perm fs.FileMode) (report.File, error) {
	if d.step() {
		die()
	}
	f, err := d.OSDisk.Open(name, flag, perm)
	return &deadlyFile{f, d}, err
}

func (d *deadlyDisk) Mkdir(name string, perm fs.FileMode) error {
	if d.step() {
		die()
	}
	return d.OSDisk.Mkdir(name, perm)
}

func (d *deadlyDisk) Rename(from, to string) error {
	if d.step() {
		die()
	}
	return d.OSDisk.Rename(from, to)
}

func (d *deadlyDisk) RemoveAll(name string) error {
	if d.step() {
		die()
	}
	return d.OSDisk.RemoveAll(name)
}

func (d *deadlyDisk) SyncDir(name string) error {
	if d.step() {
		die()
	}
	return d.OSDisk.SyncDir(name)
}

type deadlyFile struct {
	report.File
	disk *deadlyDisk
}

func (f *deadlyFile) Write(p []byte) (int, error) {
	if f.disk.step() {
		_, _ = f.File.Write(p[:len(p)/2])
		die()
	}
	return f.File.Write(p)
}

func (f *deadlyFile) Sync() error {
	if f.disk.step() {
		die()
	}
	return f.File.Sync()
}
