package batch

import (
	"fmt"
	"strings"
)

// Refusal says why a file is refused as a whole: its content is to blame, and
// nothing of it may be sent. Who prints it puts the file's name in front, and
// the hint on a line of its own.
type Refusal struct {
	Line   int    // physical line, from 1; 0: no line is to blame
	Column int    // character within the line, from 1; 0: no column is to blame
	Offset int64  // bytes of the unpacked file in front of the place
	AtByte bool   // Offset is the place, even if it is 0
	Reason string // what is wrong
	Hint   string // what to do about it; may be empty
}

// Error is the place and the reason, without the hint.
func (r *Refusal) Error() string {
	var place []string
	if r.Line > 0 {
		place = append(place, fmt.Sprintf("line %d", r.Line))
	}
	if r.Column > 0 {
		place = append(place, fmt.Sprintf("column %d", r.Column))
	}
	if r.Offset > 0 || r.AtByte {
		place = append(place, fmt.Sprintf("byte offset %d", r.Offset))
	}
	if len(place) == 0 {
		return r.Reason
	}
	return strings.Join(place, ", ") + ": " + r.Reason
}
