package batch

import (
	"fmt"
	"strconv"
	"time"
)

// Verdict is the outcome of one row.
type Verdict struct {
	Outcome
	Done  bool // nothing is left to do for the row
	Prior bool // the row keeps what the report that was run again says of it
	ID    int  // by Ledger.OutcomeID, if the outcome is its pair's own; otherwise 0
}

// Judge tells the verdicts of a file's rows, in the order of the file.
type Judge struct {
	ledger *Ledger
	runs   runs
	plain  []Verdict      // by OutcomeID: of accounts that one row names, and which have it
	first  map[uint32]int // the line that stands for a repeated pair
	own    Verdict        // of the row in hand, if no other row has it
}

// NewJudge judges the rows of r by the ledger that was made from the same
// bytes (see [Source.Same]), once nothing is settled any more.
func NewJudge(l *Ledger, r *Reader) *Judge {
	r.row.gids = l.gids
	j := &Judge{ledger: l, runs: newRuns(l), plain: make([]Verdict, len(l.outcomes)), first: make(map[uint32]int)}
	for id, o := range l.outcomes {
		j.plain[id] = Verdict{Outcome: o, Done: o.Status.Done(), ID: id}
	}
	return j
}

// Row judges one row; the verdict is valid until the next one. Its outcome is
// found by its gid and user id; a row whose pair has no account is an error
// that must never be.
func (j *Judge) Row(r *Row) (*Verdict, error) {
	if r.Fault.Code != "" {
		if r.done() {
			return j.prior(r)
		}
		return j.verdict(Verdict{Outcome: Outcome{Status: Invalid, Code: r.Fault.Code, Message: r.Fault.Message}})
	}
	item, word, ok := j.runs.find(r.group, r.UserID)
	if !ok {
		return nil, fmt.Errorf("line %d: gid %s, user id %d has no account: the file is not the one that was read", r.Line, r.GID, r.UserID)
	}
	if r.Prior == nil && word&(repeated|kept) == 0 && word&outcome != 0 {
		return &j.plain[word&outcome], nil
	}
	return j.rare(r, item)
}

// rare judges a row of a report that is run again, one whose pair other rows
// name too, and one that was not sent.
func (j *Judge) rare(r *Row, item uint32) (*Verdict, error) {
	o := j.ledger.Outcome(item)
	if r.done() && o.Code != CodeStillMember {
		if j.ledger.Kept(item) && j.ledger.Repeated(item) && j.first[item] == 0 {
			j.first[item] = r.InputLine()
		}
		return j.prior(r)
	}
	done := o.Status.Done() || j.ledger.Kept(item)
	if j.ledger.Repeated(item) {
		line := j.first[item]
		if line != 0 || j.ledger.Kept(item) {
			return j.verdict(Verdict{Outcome: Outcome{Status: Duplicate, Code: CodeDuplicate, Message: sameAs(line)}, Done: done})
		}
		j.first[item] = r.InputLine()
	}
	if o.Status == Pending {
		o = j.ledger.notYet(item)
	}
	return j.verdict(Verdict{Outcome: o, Done: done, ID: j.ledger.OutcomeID(item)})
}

// prior keeps what the report that is run again says of the row.
func (j *Judge) prior(r *Row) (*Verdict, error) {
	return j.verdict(Verdict{Outcome: r.Prior.outcome(), Done: true, Prior: true})
}

func (j *Judge) verdict(v Verdict) (*Verdict, error) {
	j.own = v
	return &j.own, nil
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
	o.HTTPStatus, _ = strconv.Atoi(p.HTTPStatus)
	o.Attempts, _ = strconv.Atoi(p.Attempts)
	if at, err := time.Parse(time.RFC3339, p.At); err == nil {
		o.At = at.Unix()
	}
	return o
}
