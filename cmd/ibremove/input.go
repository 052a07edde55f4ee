package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ibremove/batch"
	"ibremove/report"
)

// input is a file that was read and checked, and how to read it again.
type input struct {
	path   string // as it was given, for people
	copy   string // what is read: a snapshot, or the file itself
	source batch.Source
	layout batch.Layout
	header *batch.Header
	ledger *batch.Ledger
	census *batch.Census
}

// takeInput copies src to the new file copyTo, and checks the copy.
func takeInput(disk report.Disk, src io.Reader, path, copyTo string, l batch.Layout, o batch.CheckOptions) (*input, error) {
	file, err := disk.Open(copyTo, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, noRoom(fmt.Errorf("%w: %w", batch.ErrCopy, err))
	}
	source, err := batch.Snapshot(file, src)
	closed := file.Close()
	switch {
	case errors.Is(err, batch.ErrCopy):
		return nil, noRoom(err)
	case err != nil:
		return nil, blame(path, err)
	case closed != nil:
		return nil, noRoom(fmt.Errorf("%w: %w", batch.ErrCopy, closed))
	}
	in := &input{path: path, copy: copyTo, source: source, layout: l}
	return in, in.open(func(file io.Reader) error { // nobody else can change it
		r, err := batch.NewReader(file, source, l)
		if err == nil {
			err = in.check(r, o)
		}
		return err
	})
}

func (in *input) check(r *batch.Reader, o batch.CheckOptions) (err error) {
	o.Size = in.source.Size
	in.header = r.Header()
	in.ledger, in.census, err = batch.Check(r, o)
	return err
}

// read passes a reader of the whole file to f, again. At its end it fails if
// it is not the file that was checked.
func (in *input) read(f func(*batch.Reader) error) error {
	return in.open(func(file io.Reader) error {
		r, err := batch.NewReader(in.source.Same(file), in.source, in.layout)
		if err == nil {
			err = f(r)
		}
		return err
	})
}

func (in *input) open(f func(io.Reader) error) error {
	file, err := os.Open(in.copy)
	if err != nil {
		return blame(in.path, err)
	}
	defer func() { _ = file.Close() }()
	return blame(in.path, f(file))
}

// name is the file for people.
func (in *input) name() string { return nameOf(in.path) }

func nameOf(path string) string {
	if path == "-" {
		return "stdin"
	}
	return oneLine(path)
}

func (in *input) sha256() string { return hex.EncodeToString(in.source.SHA256[:]) }

// blame puts the file's name in front of an error in reading it. Nothing was
// sent: that is exit 2.
func blame(path string, err error) error {
	var exit *exitError
	if err == nil || errors.As(err, &exit) {
		return err
	}
	path = nameOf(path)
	if r, ok := errors.AsType[*batch.Refusal](err); ok {
		hint := r.Hint
		if hint == "" {
			hint = "correct the file and run it again; nothing was sent."
		}
		return refuse(hint, "%s: %w", path, err)
	}
	return refuse("", "%s: %w", path, err)
}

// openInput opens FILE, or stdin for "-". What may keep a reader waiting ends
// with ctx; what cannot is an *os.File.
func openInput(ctx context.Context, env *Env, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(untilDone(ctx, env.Stdin)), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, refuse("give a CSV file that can be read, or - for stdin.", "%w", err)
	}
	info, err := file.Stat()
	switch {
	case err == nil && info.IsDir():
		_ = file.Close()
		return nil, refuse("give the file itself; ibremove resume, verify and undo take a run directory.", "%s is a folder", path)
	case err == nil && !info.Mode().IsRegular():
		return struct {
			io.Reader
			io.Closer
		}{untilDone(ctx, file), file}, nil
	}
	return file, nil
}

// probeInput checks FILE without leaving a copy: a plain file is read where it
// is; stdin and gzip go through a file that is gone when close is called.
func probeInput(ctx context.Context, env *Env, path string, l batch.Layout, o batch.CheckOptions) (in *input, closed func(), err error) {
	src, err := openInput(ctx, env, path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = src.Close() }()
	ahead := bufio.NewReaderSize(src, 256<<10)
	magic, _ := ahead.Peek(2)
	if _, plain := src.(*os.File); plain && string(magic) != "\x1f\x8b" {
		in, err = readInPlace(path, l, o)
		return in, func() {}, err
	}
	dir, err := os.MkdirTemp("", "ibremove-")
	if err != nil {
		return nil, nil, refuse("", "no place for a copy of the input: %w", err)
	}
	closed = func() { _ = os.RemoveAll(dir) }
	in, err = takeInput(report.OSDisk{}, ahead, path, filepath.Join(dir, report.InputFile), l, o)
	if cut := cutShort(ctx, path); cut != nil {
		err = cut
	}
	if err != nil {
		closed()
	}
	return in, closed, err
}

// readInPlace checks a plain file without a copy of it.
func readInPlace(path string, l batch.Layout, o batch.CheckOptions) (*input, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, refuse("", "%w", err)
	}
	defer func() { _ = file.Close() }()
	s, err := batch.Snapshot(io.Discard, file)
	if err != nil {
		return nil, blame(path, err)
	}
	in := &input{path: path, copy: path, source: s, layout: l}
	return in, in.read(func(r *batch.Reader) error { return in.check(r, o) })
}

// layoutOf is what the flags say of the columns.
func layoutOf(o *Options) batch.Layout {
	return batch.Layout{GID: o.GID, GIDColumn: o.Column.GID, UserIDColumn: o.Column.UserID}
}

// operationOf tells by the run ids in a report of ours what its run did; ok is
// false if it is about both a removal and an undo.
func operationOf(c *batch.Census) (op batch.Operation, ok bool) {
	undo, removal := c.Restored, false
	for _, id := range c.RunIDs {
		isUndo := report.IsUndoID(id)
		undo, removal = undo || isUndo, removal || !isUndo
	}
	if undo {
		op = batch.Add
	}
	return op, !undo || !removal
}

// samePod refuses a report that is about another pod than the one named.
func samePod(in *input, pod string) error {
	for _, id := range in.census.RunIDs {
		if hash, _, ok := report.ParseRunID(id); ok && hash != report.PodHash(pod) {
			return refuse("name the pod of that run with --pod-url or --config.",
				"%s is the report of run %s on another pod than %s", in.path, id, pod)
		}
	}
	return nil
}
