package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"ibremove/batch"
)

// cutShort ends a command that was stopped while it read its input: who wrote
// to the pipe may have been stopped with it, in the middle of an id.
func cutShort(ctx context.Context, path string) error {
	stopped := batch.Stopped(ctx)
	if stopped == nil {
		return nil
	}
	return &exitError{code: stopCode(stopped), err: fmt.Errorf("%w while %s was read", stopped.Err, nameOf(path)),
		hint: "nothing was sent: give the same command again."}
}

// untilDone reads src until ctx is done: a pipe that nobody writes to must not
// hold up a signal. The read that it then waits for is left behind.
func untilDone(ctx context.Context, src io.Reader) io.Reader {
	return &interruptible{ctx: ctx, src: src, results: make(chan result)}
}

type interruptible struct {
	ctx     context.Context // of the command that reads
	src     io.Reader
	results chan result
	own     []byte // read into: who was interrupted lets go of p
}

type result struct {
	n   int
	err error
}

func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.own) < len(p) {
		i.own = make([]byte, len(p))
	}
	go func(b []byte) {
		n, err := i.src.Read(b)
		select {
		case i.results <- result{n, err}:
		case <-i.ctx.Done():
		}
	}(i.own[:len(p)])
	select {
	case r := <-i.results:
		if r.err == io.EOF && i.endedBySignal() {
			return 0, context.Cause(i.ctx)
		}
		return copy(p, i.own[:r.n]), r.err
	case <-i.ctx.Done():
		return 0, context.Cause(i.ctx)
	}
}

// endedBySignal waits a moment for the signal that may have ended who wrote to
// the pipe: the two of a pipeline get it together, and the end of the one may
// be seen before the signal of the other.
func (i *interruptible) endedBySignal() bool {
	moment := time.NewTimer(100 * time.Millisecond)
	defer moment.Stop()
	select {
	case <-i.ctx.Done():
		return true
	case <-moment.C:
		return false
	}
}
