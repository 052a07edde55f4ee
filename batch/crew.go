package batch

import (
	"context"
	"errors"
	"sync"
)

// crew is the goroutines of one pass over chunks. A panic of one stops the run,
// and goes on in who waits for them, once the others have come to their end:
// what was announced is in the record, and what it came to is not known.
type crew struct {
	size, ahead int // workers, and chunks that wait for them
	stop        context.CancelCauseFunc

	workers sync.WaitGroup
	helpers chan struct{} // beside the workers; there are fewer of them
	first   sync.Once
	crash   any
}

func (d *Dispatcher) newCrew() *crew {
	return &crew{size: d.Concurrency, ahead: max(1, d.Window), stop: d.Stop, helpers: make(chan struct{}, d.Concurrency-1)}
}

// each runs work on every chunk, and returns when all is done. With one worker
// the chunks go one after the other.
func (w *crew) each(next func() (Chunk, bool), work func(Chunk)) {
	queue := make(chan Chunk, w.ahead)
	for range w.size {
		w.workers.Go(func() {
			for c := range queue {
				w.guard(func() { work(c) })
			}
		})
	}
	for c, ok := next(); ok; c, ok = next() {
		queue <- c
	}
	close(queue)
	w.workers.Wait()
	if w.crash != nil {
		panic(w.crash)
	}
}

// beside runs part of a worker's work in a goroutine of its own, so that one
// chunk can keep all busy; if there are enough of them, here and now.
func (w *crew) beside(work func()) {
	select {
	case w.helpers <- struct{}{}:
		w.workers.Go(func() {
			defer func() { <-w.helpers }()
			w.guard(work)
		})
	default:
		work()
	}
}

func (w *crew) guard(work func()) {
	defer func() {
		if p := recover(); p != nil {
			w.first.Do(func() { w.crash = p })
			w.stop(&Stop{StopInternal, errors.New("internal error")})
		}
	}()
	work()
}
