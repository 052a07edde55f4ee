package report

import (
	"fmt"
	"io"
	"path/filepath"

	"ibremove/batch"
)

// ExtractRefuted writes the rows of a report of ours that are wrong to path, as
// failed, with a message that says why, so that they can be run again. Without
// any, what is at path is taken away.
func ExtractRefuted(disk Disk, path string, r *batch.Reader, op batch.Operation, message string, wrong func(*batch.Row) bool) (Output, error) {
	header := r.Header()
	t := &tail{delimiter: header.Delimiter, op: op}
	s := &sheet{name: filepath.Base(path)}
	defer s.discard()
	first := append(t.appendHeader(header.AppendTo(nil)), header.EOL()...)
	var line []byte
	for row, err := range r.Rows() {
		if err != nil {
			return Output{}, err
		}
		if !wrong(row) {
			continue
		}
		refuted := *row.Prior
		refuted.Status, refuted.Code, refuted.Message = batch.Failed, batch.CodeStillMember, message
		if op == batch.Add && !IsUndoID(refuted.RunID) { // restored was all that told of an undo
			refuted.RunID = undoPrefix + refuted.RunID
		}
		line = t.appendPrior(row.AppendTo(line[:0]), row.InputLine(), &refuted)
		if s.add(first, append(line, header.EOL()...)) {
			if err := s.take().writeIn(disk, filepath.Dir(path)); err != nil {
				return Output{}, err
			}
		}
	}
	if b := s.take(); b != nil {
		if err := b.writeIn(disk, filepath.Dir(path)); err != nil {
			return Output{}, err
		}
	}
	if s.rows == 0 {
		return Output{}, disk.Remove(path)
	}
	sum, err := s.commit()
	return Output{Path: s.name, SHA256: sum, Rows: s.rows}, err
}

// Restorable counts what an undo of a run is about.
type Restorable struct {
	Rows       int // that the pod's own word says were removed: they are added back
	Reconciled int // removed by what the membership list showed: left alone
	Unknown    int // sent, and what came of it is not known: left alone
	Others     int // not removed by this run
}

// WriteRestorable writes the rows that an undo of the run adds back as its
// input: a report of ours in which they are not sent, so that each keeps its
// line, by a run whose id begins as an undo's, so that nobody takes it for a
// removal's.
func WriteRestorable(w io.Writer, r *batch.Reader, l *batch.Ledger, runID string) (n Restorable, err error) {
	header := r.Header()
	t := &tail{delimiter: header.Delimiter}
	judge := batch.NewJudge(l, r)
	line := append(t.appendHeader(header.AppendTo(nil)), header.EOL()...)
	for row, err := range r.Rows() {
		if err != nil {
			return n, err
		}
		v, err := judge.Row(row)
		if err != nil {
			return n, err
		}
		switch {
		case v.Status == batch.Unknown:
			n.Unknown++
			continue
		case v.Prior || v.Status != batch.Removed:
			n.Others++
			continue
		case v.Code != batch.CodeOK:
			n.Reconciled++
			continue
		}
		if n.Rows++; n.Rows == 1 {
			if _, err := w.Write(line); err != nil {
				return n, fmt.Errorf("write the input of the undo: %w", err)
			}
		}
		line = t.appendPrior(row.AppendTo(line[:0]), row.InputLine(), &batch.Prior{Status: batch.NotSent, Code: batch.CodeStopped, RunID: undoPrefix + runID})
		if _, err := w.Write(append(line, header.EOL()...)); err != nil {
			return n, fmt.Errorf("write the input of the undo: %w", err)
		}
	}
	return n, nil
}
