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

// hostDisk is a disk that fails at the step that IBREMOVE_KILL_AT or
// IBREMOVE_FULL_AT numbers, from 1: a create, a write, an fsync, a rename. The
// one kills this process before it; half of a write is made first, as a kill
// may leave it. The other is full from then on.
func hostDisk() report.Disk {
	d := &failingDisk{}
	for name, full := range map[string]bool{"IBREMOVE_KILL_AT": false, "IBREMOVE_FULL_AT": true} {
		if at, err := strconv.Atoi(os.Getenv(name)); err == nil {
			d.full = full
			d.left.Store(int64(at))
			return d
		}
	}
	return report.OSDisk{}
}

type failingDisk struct {
	report.OSDisk
	full bool
	left atomic.Int64
}

// step returns an error if the disk is full by now. before is what a kill
// leaves.
func (d *failingDisk) step(before func()) error {
	left := d.left.Add(-1)
	if d.full && left <= 0 {
		return syscall.ENOSPC
	}
	if !d.full && left == 0 {
		before()
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return nil
}

func nothingBefore() {}

func (d *failingDisk) Open(name string, flag int, perm fs.FileMode) (report.File, error) {
	if err := d.step(nothingBefore); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f, err := d.OSDisk.Open(name, flag, perm)
	return &failingFile{f, d}, err
}

func (d *failingDisk) Mkdir(name string, perm fs.FileMode) error {
	if err := d.step(nothingBefore); err != nil {
		return err
	}
	return d.OSDisk.Mkdir(name, perm)
}

func (d *failingDisk) Rename(from, to string) error {
	if err := d.step(nothingBefore); err != nil {
		return err
	}
	return d.OSDisk.Rename(from, to)
}

func (d *failingDisk) SyncDir(name string) error {
	if err := d.step(nothingBefore); err != nil {
		return err
	}
	return d.OSDisk.SyncDir(name)
}

func (d *failingDisk) Remove(name string) error {
	d.removal()
	return d.OSDisk.Remove(name)
}

func (d *failingDisk) RemoveAll(name string) error {
	d.removal()
	return d.OSDisk.RemoveAll(name)
}

// removal is a step that a full disk does not mind.
func (d *failingDisk) removal() {
	if !d.full {
		_ = d.step(nothingBefore)
	}
}

type failingFile struct {
	report.File
	disk *failingDisk
}

func (f *failingFile) Write(p []byte) (int, error) {
	if err := f.disk.step(func() { _, _ = f.File.Write(p[:len(p)/2]) }); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	return f.File.Write(p)
}

func (f *failingFile) Sync() error {
	if err := f.disk.step(nothingBefore); err != nil {
		return err
	}
	return f.File.Sync()
}
