package batch

import (
	"fmt"
	"time"
)

// Verdict is the outcome of one row.
type Verdict struct {
	Outcome
	Done  bool // nothing is left to do for the row
	Prior bool // the row keeps what the report that was run again says of it
	Group int  // by Ledger.GID; -1: the row has none
	ID    int  // by Ledger.OutcomeID, if the outcome is its pair's own; otherwise 0
}

// Judge tells the verdicts of a file's rows, in the order of the file.
type Judge struct {
	ledger *Ledger
	first  map[uint32]int // the line that stands for a repeated pair
}

// NewJudge judges by the ledger that was made from the same file.
func NewJudge(l *Ledger) *Judge {
	return &Judge{ledger: l, first: make(map[uint32]int)}
}

// Row judges one row. Its outcome is found by its gid and user id; a row whose
// pair has no account is an error that must never be.
func (j *Judge) Row(r *Row) (Verdict, error) {
	done := r.done()
	if r.Fault.Code != "" {
		if done {
			return Verdict{Outcome: r.Prior.outcome(), Done: true, Prior: true, Group: -1}, nil
		}
		return Verdict{Group: -1, Outcome: Outcome{Status: Invalid, Code: r.Fault.Code, Message: r.Fault.Message}}, nil
	}
	item, ok := j.ledger.Find(r.GID, r.UserID)
	if !ok {
		return Verdict{}, fmt.Errorf("line %d: gid %s, user id %d has no account: the file is not the one that was read", r.Line, r.GID, r.UserID)
	}
	group := int(j.ledger.last)
	if done {
		if j.ledger.Repeated(item) && j.first[item] == 0 {
			j.first[item] = r.InputLine()
		}
		return Verdict{Outcome: r.Prior.outcome(), Done: true, Prior: true, Group: group}, nil
	}
	o := j.ledger.Outcome(item)
	pairDone := o.Status.Done() || j.ledger.Kept(item)
	if j.ledger.Repeated(item) {
		line := j.first[item]
		if line != 0 || j.ledger.Kept(item) {
			return Verdict{Outcome: Outcome{Status: Duplicate, Code: CodeDuplicate, Message: sameAs(line)}, Done: pairDone, Group: group}, nil
		}
		j.first[item] = r.InputLine()
	}
	if o.Status == Pending {
		o = j.ledger.notYet(item)
	}
	return Verdict{Outcome: o, Done: pairDone, Group: group, ID: j.ledger.OutcomeID(item)}, nil
}

func sameAs(line int) string {
	if line == 0 {
		return "same gid and user id as a row further down that is done already"
	}
	return fmt.Sprintf("same gid and user id as line %d", line)
}

// outcome is what a report of ours says, as far as its cells can be read.
func (p *Prior) outcome() Outcome {
	o := Outcome{Status: p.Status, Code: p.Code, Message: p.Message}
	_, _ = fmt.Sscan(p.HTTPStatus, &o.HTTPStatus)
	_, _ = fmt.Sscan(p.Attempts, &o.Attempts)
	if at, err := time.Parse(time.RFC3339, p.At); err == nil {
		o.At = at.Unix()
	}
	return o
}
