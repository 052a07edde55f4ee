package report

import (
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"ibremove/batch"
)

// The files that a run publishes.
const (
	ReportFile      = "report.csv"
	FailuresFile    = "failures.csv"
	DeactivatedFile = "deactivated.csv"
	VerifyFile      = "verify.csv"
	SummaryFile     = "summary.json"
	EvidenceFile    = "evidence.html"
)

// Publication makes a run's report from its input and its ledger, and from
// nothing else.
type Publication struct {
	Disk      Disk
	Dir       string
	RunID     string
	Operation batch.Operation
	Ledger    *batch.Ledger
	Rows      int       // that the check read: no more and no fewer must come out
	At        time.Time // for rows that learnt nothing from the pod
}

// Published is what a publication found.
type Published struct {
	Counts  Counts
	Done    bool // every row is done
	Groups  []GroupCounts
	NotDone []NotDoneRow
	Rest    int
	Reasons map[string]Reason // of all rows that are not done, by code
	Outputs map[string]Output
}

// Reason is how many rows have a code, and the first message with it.
type Reason struct {
	Rows  int
	First string
}

// Publish writes report.csv, and failures.csv, deactivated.csv and verify.csv
// if they have rows, in one pass over input. Each is put in place whole; those
// of an earlier life that have nothing to say any more are taken away.
func (p *Publication) Publish(input *batch.Reader) (*Published, error) {
	out := &Published{
		Counts:  Counts{Operation: p.Operation},
		Outputs: make(map[string]Output),
		Groups:  make([]GroupCounts, p.Ledger.Groups()),
	}
	for g := range out.Groups {
		out.Groups[g] = GroupCounts{GID: p.Ledger.GID(g), Counts: out.Counts}
	}
	sheets := []*sheet{
		{name: DeactivatedFile, of: func(v *batch.Verdict) bool { return v.Code == batch.CodeDeactivated }},
		{name: VerifyFile, of: func(v *batch.Verdict) bool { return v.Code == batch.CodeStillMember }},
		{name: FailuresFile, of: notDone},
		{name: ReportFile},
	}
	defer func() {
		for _, s := range sheets {
			s.discard()
		}
	}()
	for b, err := range ahead(p.render(input, sheets, out)) {
		if err == nil {
			err = b.writeIn(p.Disk, p.Dir)
		}
		if err != nil {
			return nil, err
		}
	}
	if out.Counts.Total() != p.Rows {
		return nil, fmt.Errorf("%d rows were read, and %d have an outcome: report it as a bug; nothing was published", p.Rows, out.Counts.Total())
	}
	out.Done = len(out.NotDone) == 0
	return out, p.place(sheets, out)
}

func notDone(v *batch.Verdict) bool { return !v.Done }

// render judges each row, counts it, and yields the text of the sheets.
func (p *Publication) render(input *batch.Reader, sheets []*sheet, out *Published) iter.Seq2[*block, error] {
	return func(yield func(*block, error) bool) {
		header := input.Header()
		t := &tail{delimiter: header.Delimiter, op: p.Operation, runID: p.RunID, at: p.At}
		first := append(t.appendHeader(header.AppendTo(nil)), header.EOL()...)
		judge := batch.NewJudge(p.Ledger, input)
		var line []byte
		for row, err := range input.Rows() {
			if err != nil {
				yield(nil, fmt.Errorf("read %s again: %w", InputFile, err))
				return
			}
			v, err := judge.Row(row)
			if err != nil {
				yield(nil, err)
				return
			}
			out.count(row, v)
			line = row.AppendTo(line[:0])
			if v.Prior {
				line = t.appendPrior(line, row.InputLine(), row.Prior)
			} else {
				line = t.append(line, row.InputLine(), v)
			}
			line = append(line, header.EOL()...)
			for _, s := range sheets {
				if (s.of == nil || !v.Done && s.of(v)) && s.add(first, line) && !yield(s.take(), nil) {
					return
				}
			}
		}
		for _, s := range sheets {
			if b := s.take(); b != nil && !yield(b, nil) {
				return
			}
		}
	}
}

// Count judges the rows, and writes nothing.
func (p *Publication) Count(input *batch.Reader) (Counts, error) {
	out := &Published{Counts: Counts{Operation: p.Operation}, Groups: make([]GroupCounts, p.Ledger.Groups())}
	for _, err := range p.render(input, nil, out) {
		if err != nil {
			return out.Counts, err
		}
	}
	return out.Counts, nil
}

// Failures writes what failures.csv holds to w, and returns how many rows
// that is. Nothing is published.
func (p *Publication) Failures(w io.Writer, input *batch.Reader) (rows int, err error) {
	out := &Published{Groups: make([]GroupCounts, p.Ledger.Groups())}
	failures := &sheet{name: FailuresFile, of: notDone}
	for b, err := range p.render(input, []*sheet{failures}, out) {
		if err == nil {
			err = b.write(w)
		}
		if err != nil {
			return 0, err
		}
	}
	return failures.rows, nil
}

func (p *Publication) place(sheets []*sheet, out *Published) error {
	for _, s := range sheets {
		if s.rows == 0 {
			if err := p.Disk.Remove(filepath.Join(p.Dir, s.name)); err != nil {
				return fmt.Errorf("remove the %s of an earlier life: %w", s.name, err)
			}
			continue
		}
		sum, err := s.commit()
		if err != nil {
			return err
		}
		out.Outputs[s.name] = Output{Path: s.name, SHA256: sum, Rows: s.rows}
	}
	return nil
}

func (out *Published) count(row *batch.Row, v *batch.Verdict) {
	out.Counts.ByStatus[v.Status]++
	if g := row.Group(); g >= 0 {
		out.Groups[g].Counts.ByStatus[v.Status]++
	}
	if v.Done {
		return
	}
	if out.Reasons == nil {
		out.Reasons = make(map[string]Reason)
	}
	why := out.Reasons[v.Code]
	if why.Rows++; why.First == "" {
		why.First = beginning(v.Message)
	}
	out.Reasons[v.Code] = why
	if len(out.NotDone) == MostRows {
		out.Rest++
		return
	}
	out.NotDone = append(out.NotDone, NotDoneRow{
		Line:    row.InputLine(),
		GID:     string(row.GID),
		UserID:  beginning(row.UserCell()),
		Status:  v.Status.Name(out.Counts.Operation),
		Code:    v.Code,
		Message: beginning(v.Message),
	})
}

// beginning is as much of a long text as a page could show; the rest need not
// be kept.
func beginning(text string) string {
	const most = utf8.UTFMax * (mostShown + 1)
	if len(text) <= most {
		return text
	}
	return strings.Clone(text[:most])
}
