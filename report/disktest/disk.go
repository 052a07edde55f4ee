// Package disktest is a disk that fails, and that loses its power.
//
// A [Disk] works in a real directory, so that what is under test can read
// there, and keeps a model of what is durable: the bytes that were synced, and
// the names in directories that were synced. The real disk is never synced,
// which makes it quick. [Disk.Crash] writes into another directory what a
// power cut could have left.
package disktest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"ibremove/report"
)

// ErrPowerOff is what every step fails with after a power cut.
var ErrPowerOff = errors.New("the power is off")

// Fault is what goes wrong at a step. The zero value is no fault.
type Fault struct {
	Step  int   // counted from 1; 0: none
	Err   error // nil with Short: a write that is short and says so by its count alone
	Short bool  // a write first writes half
	Off   bool  // a power cut: this step and every later one fails
}

// Disk is a report.Disk on a directory of the real disk. It is safe for
// concurrent use.
type Disk struct {
	mu    sync.Mutex
	real  report.OSDisk
	root  string
	top   *node
	fault Fault
	steps []string
}

var _ report.Disk = (*Disk)(nil)

// New takes over root, in which everything is durable so far.
func New(root string, fault Fault) *Disk {
	return &Disk{root: root, top: newDir(), fault: fault}
}

// Root is the directory that New was given.
func (d *Disk) Root() string { return d.root }

// Steps names the steps that were tried: open, write, sync, close, mkdir,
// rename, remove, syncdir, each with the base name that it was about.
func (d *Disk) Steps() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.steps)
}

// Open implements [report.Disk]. What is written always goes to the end.
func (d *Disk) Open(name string, flag int, perm fs.FileMode) (report.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step("open", name); err != nil {
		return nil, err
	}
	parent, base := d.find(name)
	known := d.lookup(parent, name) // before it is made
	opened, err := d.real.Open(name, flag, perm)
	if err != nil {
		return nil, err
	}
	if known == nil {
		known = &node{}
		parent.live[base] = known
	}
	return &file{disk: d, real: opened, node: known, name: name}, nil
}

// Mkdir implements [report.Disk].
func (d *Disk) Mkdir(name string, perm fs.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step("mkdir", name); err != nil {
		return err
	}
	parent, base := d.find(name)
	if err := d.real.Mkdir(name, perm); err != nil {
		return err
	}
	parent.live[base] = newDir()
	return nil
}

// Rename implements [report.Disk].
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step("rename", to); err != nil {
		return err
	}
	fromDir, fromBase := d.find(from)
	toDir, toBase := d.find(to)
	moved := d.lookup(fromDir, from)
	d.lookup(toDir, to) // what is replaced is durable until the directory is synced
	if err := d.real.Rename(from, to); err != nil {
		return err
	}
	delete(fromDir.live, fromBase)
	toDir.live[toBase] = moved
	return nil
}

// Remove implements [report.Disk].
func (d *Disk) Remove(name string) error { return d.remove(name, d.real.Remove) }

// RemoveAll implements [report.Disk].
func (d *Disk) RemoveAll(name string) error { return d.remove(name, d.real.RemoveAll) }

func (d *Disk) remove(name string, remove func(string) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step("remove", name); err != nil {
		return err
	}
	parent, base := d.find(name)
	d.lookup(parent, name)
	if err := remove(name); err != nil {
		return err
	}
	delete(parent.live, base)
	return nil
}

// SyncDir implements [report.Disk].
func (d *Disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step("syncdir", name); err != nil {
		return err
	}
	dir, _ := d.find(filepath.Join(name, "any"))
	dir.syncNames()
	return nil
}

// step counts one step and says whether it fails.
func (d *Disk) step(verb, name string) error {
	d.steps = append(d.steps, verb+" "+filepath.Base(name))
	switch f := d.fault; {
	case f.Step == 0 || len(d.steps) < f.Step:
		return nil
	case f.Off:
		return ErrPowerOff
	case len(d.steps) == f.Step && f.Err != nil:
		return &os.PathError{Op: verb, Path: name, Err: f.Err}
	}
	return nil
}

// find is the directory that name is in, and its base name there.
func (d *Disk) find(name string) (*node, string) {
	rel, err := filepath.Rel(d.root, name)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		panic(fmt.Sprintf("disktest: %s is not in %s", name, d.root))
	}
	dir := filepath.Dir(name)
	if dir == filepath.Clean(d.root) {
		return d.top, filepath.Base(name)
	}
	above, _ := d.find(dir)
	return d.lookup(above, dir), filepath.Base(name)
}

// lookup is what is at name, nil if there is nothing. What came there without
// this disk is durable.
func (d *Disk) lookup(parent *node, name string) *node {
	base := filepath.Base(name)
	if n := parent.live[base]; n != nil {
		return n
	}
	info, err := os.Lstat(name)
	if err != nil {
		return nil
	}
	n := newDir()
	if !info.IsDir() {
		content, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		n = &node{data: content, synced: len(content)}
	}
	parent.live[base], parent.kept[base] = n, n
	return n
}
