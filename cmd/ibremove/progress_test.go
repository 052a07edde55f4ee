package main_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	main "ibremove/cmd/ibremove"
)

// Rows that earlier lives of a run have settled tell nothing of this one's
// pace.
func TestProgressOfAResumedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		p := main.NewProgress(main.NewTerminal(&main.Env{Stderr: &stderr, Getenv: environment()}), time.Now)
		p.Update(2800, 7)
		p.Start(3000)
		<-time.After(31 * time.Second)
		p.Update(2862, 7)
		<-time.After(30 * time.Second)
		p.Stop()
		want := "200 rows to go.\n" +
			"2,800 of 3,000 rows, 93%, 7 failed.\n" +
			"2,862 of 3,000 rows, 95%, 1.0 rows a second, 2m 14s left, 7 failed.\n" +
			"2,862 of 3,000 rows in 1m 1s, 7 failed.\n"
		if stderr.String() != want {
			t.Errorf("wrote\n%swant\n%s", &stderr, want)
		}
	})
}

func TestBarOfAResumedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		term := main.NewTerminal(&main.Env{Stderr: &stderr, Getenv: environment("TERM=xterm"), Console: main.Console{Stderr: true}})
		p := main.NewProgress(term, time.Now)
		p.Update(2800, 0)
		p.Start(3000)
		lastDrawn := func() string {
			synctest.Wait()
			all := stderr.String()
			return all[strings.LastIndex(all, "\x1b[K")+len("\x1b[K"):]
		}
		if got, want := lastDrawn(), "2,800 of 3,000 rows, 93% [====================================>...]"; got != want {
			t.Errorf("at the start %q, want %q", got, want)
		}
		<-time.After(1900 * time.Millisecond)
		p.Update(2820, 0)
		<-time.After(200 * time.Millisecond)
		if got, want := lastDrawn(), "2,820 of 3,000 rows, 94% [=================>..] (10 rows/s) 18s left"; got != want {
			t.Errorf("then %q, want %q", got, want)
		}
		p.Stop()
	})
}
