package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// How often a bar is redrawn, and how often a plain line is written.
const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 30 * time.Second
)

// Progress shows how far a run is: a bar on a terminal; otherwise a line at
// the start, every 30 s, and at the end. With --quiet nothing. The share is of
// all rows, the rate of this life's: what earlier ones settled took it no time.
type Progress struct {
	terminal     *Terminal
	now          func() time.Time
	total        int
	base         int64 // done before the start
	began        time.Time
	done, failed atomic.Int64
	stop         chan struct{}
	drawer       sync.WaitGroup
}

func newProgress(t *Terminal, now func() time.Time) *Progress {
	return &Progress{terminal: t, now: now}
}

// Start begins to show progress through that many rows, until Stop. Those
// that Update has told of before count as done already.
func (p *Progress) Start(total int) {
	p.total, p.base, p.began, p.stop = total, p.done.Load(), p.now(), make(chan struct{})
	if !p.terminal.tty {
		p.terminal.Say(count(int64(total)-p.base, "row") + " to go.")
	}
	p.drawer.Go(p.draw)
}

// Update tells how many rows have an outcome, the failed ones among them. It
// costs two stores.
func (p *Progress) Update(done, failed int) {
	p.done.Store(int64(done))
	p.failed.Store(int64(failed))
}

// Stop takes the bar away and leaves a last line in its place.
func (p *Progress) Stop() {
	close(p.stop)
	p.drawer.Wait()
	p.terminal.Say(fmt.Sprintf("%s of %s in %s%s.", number(p.settled()), count(p.total, "row"), duration(p.now().Sub(p.began)), failures(p.failed.Load())))
}

// settled is how many rows are through. A verification may yet refute others,
// which an earlier run had called done.
func (p *Progress) settled() int64 { return min(p.done.Load(), int64(p.total)) }

func (p *Progress) draw() {
	every, show := lineEvery, func() { p.terminal.Say(p.line()) }
	if p.terminal.tty {
		bar := newBar(p.total)
		every, show = barEvery, func() { p.terminal.setBottom(bar.render(p.reading(), p.terminal.columns())) }
		show()
		defer p.terminal.setBottom("")
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			show()
		case <-p.stop:
			return
		}
	}
}

// line is the progress in words.
func (p *Progress) line() string {
	r := p.reading()
	line := fmt.Sprintf("%s of %s, %d%%", number(r.done), count(r.total, "row"), r.share)
	if r.rate > 0 {
		line += fmt.Sprintf(", %.1f rows a second, %s left", r.rate, duration(r.left))
	}
	return line + failures(r.failed) + "."
}

func failures(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %s failed", number(n))
}

// reading is the progress at one moment.
type reading struct {
	done, failed, total int64
	share               int64         // percent
	rate                float64       // rows a second since the start; 0: not known yet
	left                time.Duration // at that rate
}

func (p *Progress) reading() reading {
	r := reading{done: p.settled(), failed: p.failed.Load(), total: int64(p.total)}
	if r.total > 0 {
		r.share = 100 * r.done / r.total
	}
	if elapsed := p.now().Sub(p.began).Seconds(); r.done > p.base && elapsed > 0 {
		r.rate = float64(r.done-p.base) / elapsed
		r.left = time.Duration(float64(r.total-r.done) / r.rate * float64(time.Second))
	}
	return r
}
