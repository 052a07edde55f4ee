package batch

import (
	"fmt"
	"slices"
)

// Census is what a reading of the whole file found, before anything is sent.
type Census struct {
	Rows       int              // data rows
	Blank      int              // blank rows, skipped
	Kept       int              // rows of a report of ours that are done already
	KeptAbsent int              // those of them that were out from the start
	Duplicates int              // rows that an earlier one stands for
	Invalid    map[string]int   // rows never sent, by code
	Faults     []LineFault      // the first of them
	Rounded    Lines            // user ids that a spreadsheet may have rounded
	NoTenant   Lines            // user ids without a tenant part
	Swallowed  Lines            // rows with a cell that may hold further rows
	Ruined     Lines            // of a report of ours: ids that were well when it was written, of rows that matter
	IsReport   bool             // the file is a report of ours
	Restored   bool             // rows of it were added back: it is an undo's
	ByPrior    [NotSent + 1]int // rows of a report of ours, by what it says of them
	RunIDs     []string         // all runs that such a report names, in order

	lone    bool // see Header.lone
	crowded int  // line of a row that names one run too many; 0: none does
}

// LineFault is an invalid row.
type LineFault struct {
	Line int
	Fault

	cellLine, column int // of the cell to blame
}

// Lines are places in the file: how many, and the first of them.
type Lines struct {
	Count int
	First []int
}

func (l *Lines) add(line int) {
	if l.Count++; len(l.First) < 20 {
		l.First = append(l.First, line)
	}
}

// InvalidRows is how many rows are never sent.
func (c *Census) InvalidRows() int {
	n := 0
	for _, k := range c.Invalid {
		n += k
	}
	return n
}

// CheckOptions say how a file is checked.
type CheckOptions struct {
	Strict bool  // any invalid row refuses the file
	Size   int64 // of the file in bytes, to size the ledger by; 0: not known
	// Review reads a report of ours to hold it against the live membership:
	// its rows that are done are accounts with that outcome, not kept aside.
	Review bool
}

// Check reads all rows and opens an account for each distinct pair. A file
// that must not be run is a [*Refusal].
func Check(r *Reader, o CheckOptions) (*Ledger, *Census, error) {
	c := new(collector)
	census := &Census{IsReport: r.Header().IsReport, lone: r.header.lone, Invalid: make(map[string]int)}
	if warnRecord(&r.header.names).Has(WarnSwallowed) {
		census.Swallowed.add(r.header.names.line)
	}
	valid, read := 0, int64(0)
	for row, err := range r.Rows() {
		if err != nil {
			return nil, nil, err
		}
		census.note(row, o.Review)
		if census.Rows == sample {
			c.reserve(int(o.Size * sample / max(read, 1)))
		} else if census.Rows < sample {
			read += int64(len(row.record.raw)) + 1
		}
		done := row.done()
		if done && row.Fault.Code != "" && o.Review {
			continue // there is nobody whom it could be held against
		}
		if done {
			census.Kept++
			if row.Prior.Status == Absent {
				census.KeptAbsent++
			}
		}
		if row.Fault.Code != "" {
			if !done {
				census.fault(row)
			}
			continue
		}
		c.add(row)
		if row.Prior != nil {
			c.recall(row, o.Review)
		}
		if !done {
			valid++
		}
	}
	census.Blank = r.Blank()
	l := c.ledger(r.row.gids)
	open := l.Accounts() - l.kept
	if o.Review {
		open = l.Count(Pending) + l.Count(Unknown)
	}
	census.Duplicates = valid - open
	return l, census, census.refuse(o.Strict)
}

// sample is how many rows tell how long the others may be.
const sample = 4096

// mostRuns is how many runs a report may name. Each row's run tells on which
// pod, and which way, it is to be run again.
const mostRuns = 100

func (c *Census) refuse(strict bool) error {
	if c.crowded > 0 {
		return &Refusal{Line: c.crowded, Column: 1, Reason: fmt.Sprintf("the file names more than %d runs in result_run_id", mostRuns),
			Hint: "it is put together of many reports: run them one by one"}
	}
	invalid := c.InvalidRows()
	if invalid == 0 {
		return nil
	}
	first := c.Faults[0]
	switch {
	case strict:
		return &Refusal{Line: first.cellLine, Column: first.column, Reason: fmt.Sprintf("%s (%s); %d of %d rows are invalid, and --strict allows none", first.Message, first.Code, invalid, c.Rows),
			Hint: "correct the file, or leave --strict out to run the valid rows"}
	case 2*invalid > c.Rows && (!c.IsReport || c.lone):
		return &Refusal{Line: first.cellLine, Column: first.column, Reason: fmt.Sprintf("%d of %d rows are invalid, more than half; the first: %s (%s)", invalid, c.Rows, first.Message, first.Code),
			Hint: "is this the right file, and --column the right columns? nothing was sent"}
	}
	return nil
}

func (c *Census) note(row *Row, review bool) {
	c.Rows++
	if w := row.Warnings; w != 0 && !row.done() {
		if w.Has(WarnRounded) {
			c.Rounded.add(row.Line)
		}
		if w.Has(WarnNoTenant) {
			c.NoTenant.add(row.Line)
		}
		if w.Has(WarnSwallowed) {
			c.Swallowed.add(row.Line)
		}
	}
	if p := row.Prior; p != nil && p.Known && p.Status != Invalid && row.Fault.Code != "" && p.Status.Done() == review {
		c.Ruined.add(row.Line)
	}
	if p := row.Prior; p != nil {
		c.Restored = c.Restored || p.Restored
		if c.ByPrior[p.Status]++; p.Status == Pending {
			c.ByPrior[NotSent]++
		}
	}
	if p := row.Prior; p != nil && p.RunID != "" && !slices.Contains(c.RunIDs, p.RunID) {
		if len(c.RunIDs) < mostRuns {
			c.RunIDs = append(c.RunIDs, p.RunID)
		} else if c.crowded == 0 {
			c.crowded = row.Line
		}
	}
}

func (c *Census) fault(row *Row) {
	if c.Invalid[row.Fault.Code]++; len(c.Faults) < 20 {
		c.Faults = append(c.Faults, row.lineFault())
	}
}

// done reports whether a report of ours says that the row is, and its cells
// stand under their headers.
func (r *Row) done() bool {
	return r.Prior != nil && r.Prior.Status.Done() && r.Fault.Code != CodeBadRow
}

// InputLine is the line of the row in the input that a person knows: for a
// report of ours, of the first input.
func (r *Row) InputLine() int {
	if r.Prior != nil && r.Prior.Line > 0 {
		return r.Prior.Line
	}
	return r.Line
}
