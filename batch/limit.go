package batch

import "strconv"

// Limit bounds how many rows may fail: a number, or a percentage of the rows
// answered so far. The zero value allows any number.
type Limit struct {
	Set     bool
	Rows    int
	Percent float64 // if IsShare
	IsShare bool
}

// enoughAnswered: a percentage of fewer rows says nothing.
const enoughAnswered = 1000

func (l Limit) beyond(failed, answered int) bool {
	if l.IsShare {
		return answered >= enoughAnswered && float64(failed)*100 > l.Percent*float64(answered)
	}
	return l.Set && failed > l.Rows
}

func (l Limit) String() string {
	if l.IsShare {
		return strconv.FormatFloat(l.Percent, 'g', -1, 64) + "%"
	}
	return strconv.Itoa(l.Rows)
}
