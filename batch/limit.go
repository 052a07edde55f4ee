package batch

import "strconv"

// Limit bounds how many rows may fail. The zero value allows any number.
type Limit struct {
	Most float64
	Unit Unit
}

// Unit is what a Limit counts in.
type Unit uint8

// The units. A percentage is of the rows answered so far.
const (
	Unlimited Unit = iota
	Rows
	Percent
)

// enoughAnswered: a percentage of fewer rows says nothing.
const enoughAnswered = 1000

func (l Limit) beyond(failed, answered int) bool {
	switch l.Unit {
	case Rows:
		return float64(failed) > l.Most
	case Percent:
		return answered >= enoughAnswered && float64(failed)*100 > l.Most*float64(answered)
	}
	return false
}

func (l Limit) String() string {
	text := strconv.FormatFloat(l.Most, 'f', -1, 64)
	if l.Unit == Percent {
		text += "%"
	}
	return text
}
