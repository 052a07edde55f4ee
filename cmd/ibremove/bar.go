package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/schollz/progressbar/v3"
)

// bar writes a reading as one line that fits the terminal. The library draws
// into nothing, for it knows neither the line's other words nor how it is
// kept in one piece; what it drew is taken from it. Its own rate would count
// the rows of earlier lives, and take a pause for the end.
type bar struct{ lib *progressbar.ProgressBar }

func newBar(total int) *bar {
	return &bar{progressbar.NewOptions(total,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
	)}
}

// render makes the bar as wide as the columns allow. Where there is no room
// for any, the figures stand alone, and are cut at the edge: a line that
// wraps could not be redrawn.
func (b *bar) render(r reading, columns int) string {
	_ = b.lib.Set64(r.done) // it minds a total of 0, and draws all the same
	var pace, left string
	if r.rate > 0 {
		pace = " (" + perSecond(r.rate) + " rows/s)"
		left = " " + duration(r.left) + " left"
	}
	for _, width := range []int{40, 20, 10} {
		progressbar.OptionSetWidth(width)(b.lib)
		b.lib.Describe("") // draws
		line := fmt.Sprintf("%s of %s, %s%s%s%s", number(r.done), count(r.total, "row"), strings.TrimSpace(b.lib.String()), pace, left, failures(r.failed))
		if len(line) < columns {
			return line
		}
	}
	line := fmt.Sprintf("%s/%s %d%% %s/s%s", number(r.done), number(r.total), r.share, perSecond(r.rate), left)
	if r.failed > 0 {
		line += " " + number(r.failed) + " failed"
	}
	return line[:min(len(line), max(0, columns-1))]
}

// perSecond writes a rate, with a fraction where it is slow.
func perSecond(rate float64) string {
	if rate > 0 && rate < 9.95 {
		return fmt.Sprintf("%.1f", rate)
	}
	return number(int64(rate + 0.5))
}
