package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/schollz/progressbar/v3"
)

// bar writes a reading as one line that fits the terminal. The library draws
// into nothing, for it knows neither the line's other words nor how it is
// kept in one piece; what it drew is taken from it.
type bar struct {
	lib   *progressbar.ProgressBar
	shown int64
}

func newBar(total int) *bar {
	return &bar{lib: progressbar.NewOptions(total,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetPredictTime(false), // it takes a pause for the end
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("rows"),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
	)}
}

// render makes the bar as wide as the columns allow. Where there is no room
// for any, the figures stand alone, and are cut at the edge: a line that
// wraps could not be redrawn.
func (b *bar) render(r reading, columns int) string {
	if r.done != b.shown { // what stands still is no sample of the rate
		_ = b.lib.Set64(r.done) // it minds a total of 0, and draws all the same
		b.shown = r.done
	}
	var left string
	if r.rate > 0 {
		left = " " + duration(r.left) + " left"
	}
	for _, width := range []int{40, 20, 10} {
		progressbar.OptionSetWidth(width)(b.lib)
		b.lib.Describe("") // draws
		line := fmt.Sprintf("%s of %s, %s%s%s", number(r.done), count(r.total, "row"), strings.TrimSpace(b.lib.String()), left, failures(r.failed))
		if len(line) < columns {
			return line
		}
	}
	line := fmt.Sprintf("%s/%s %d%% %.0f/s%s", number(r.done), number(r.total), r.share, r.rate, left)
	if r.failed > 0 {
		line += " " + number(r.failed) + " failed"
	}
	return line[:min(len(line), max(0, columns-1))]
}
