package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ibremove/batch"
	"ibremove/podclient"
	"ibremove/report"
)

// conclude publishes what the ledger says, and ends this life of the run. A
// kill at any point of it leaves a run that can be gone on with.
func (j *job) conclude(ctx, parent context.Context) error {
	err := j.journal.Sync()
	s := j.summary()
	published, failed := j.publish(s.FinishedAt)
	if failed != nil {
		return j.unpublished(ctx, parent, s, cmp.Or(err, failed))
	}
	stopped, finished := j.ending(ctx, parent, published)
	if err != nil && stopped == nil {
		stopped = &batch.Stop{Reason: batch.StopRecord, Err: err}
	}
	s.Counts, s.Outputs = published.Counts, published.Outputs
	s.ExitCode = j.exitCode(stopped, published)
	s.Status = statusOf(s.ExitCode, stopped, finished)
	if stopped != nil {
		s.StoppedBecause = fmt.Sprintf("%s: %s", stopped.Reason, stopped.Err)
	}
	if err := j.writePages(s, published); err != nil {
		return j.unpublished(ctx, parent, s, err)
	}
	if err := j.journal.End(report.End{FinishedAt: s.FinishedAt, Status: s.Status, ExitCode: s.ExitCode,
		StoppedBecause: s.StoppedBecause, Finished: finished}); err != nil && !errors.Is(err, report.ErrNotDurable) {
		return j.unpublished(ctx, parent, s, err)
	}
	j.tellMetrics(s)
	return j.report(s, published, stopped)
}

// unpublished ends a life whose report the disk did not take. Why it had
// stopped before, if it had, is worth as much as ever.
func (j *job) unpublished(ctx, parent context.Context, s *report.Summary, err error) error {
	s.Counts, s.Outputs = report.Counts{Operation: j.op}, map[string]report.Output{}
	_ = j.in.read(func(r *batch.Reader) (err error) {
		p := report.Publication{RunID: j.runID, Operation: j.op, Ledger: j.in.ledger}
		s.Counts, err = p.Count(r)
		return err
	})
	err = fmt.Errorf("the report could not be published: %w", err)
	uncounted := &report.Published{Counts: s.Counts}
	stopped, _ := j.ending(ctx, parent, uncounted)
	if stopped == nil {
		stopped = &batch.Stop{Reason: batch.StopRecord, Err: err}
	} else {
		err = fmt.Errorf("stopped early: %w; %w", stopped.Err, err)
	}
	s.ExitCode = j.exitCode(stopped, uncounted)
	s.Status, s.StoppedBecause = report.StatusStopped, err.Error()
	if s.ExitCode == exitRefused {
		s.Status, s.Error = report.StatusRefused, err.Error()
	}
	j.tellMetrics(s)
	return &exitError{code: s.ExitCode, summary: s, err: err,
		hint: "nothing is lost. Make room on the disk, or mend what is wrong with it, then go on with:\n  " + j.goOn()}
}

// ending is why the run stopped, nil if it did not, and whether it has
// finished: every row has had its turn. A stop that came too late to keep
// anything from being sent or learnt was none.
func (j *job) ending(ctx, parent context.Context, p *report.Published) (stopped *batch.Stop, finished bool) {
	stopped = batch.Stopped(ctx)
	if j.verification != nil && j.verification.Cut || j.unasked > 0 { // by what came after a limit, if that had stopped it
		stopped = cmp.Or(batch.Stopped(parent), stopped)
	}
	finished = p.Counts.Of(batch.NotSent) == 0 && j.missed == nil
	doubt := p.Counts.Of(batch.Unknown) > 0 || j.unasked > 0 || j.verification != nil && (j.verification.Cut || len(j.verification.Unread) > 0)
	switch {
	case stopped == nil && !finished:
		if why := cmp.Or(j.missed, j.d.UsedUp()); why != nil {
			stopped = &batch.Stop{Reason: batch.StopUnreachable, Err: fmt.Errorf("attempts used up; the last: %w", why)}
		}
	case stopped != nil && finished && stopped.Reason != batch.StopCanary && (stopped.Reason.Limit() || !doubt):
		stopped = nil
	}
	return stopped, finished
}

func (j *job) publish(at time.Time) (published *report.Published, err error) {
	p := report.Publication{
		Disk:      j.disk,
		Dir:       j.dir,
		RunID:     j.runID,
		Operation: j.op,
		Ledger:    j.in.ledger,
		Rows:      j.in.census.Rows,
		At:        at,
	}
	err = j.in.read(func(r *batch.Reader) (err error) {
		published, err = p.Publish(r)
		return err
	})
	return published, notToBlame(err)
}

// notToBlame takes a refusal of the input for what it is when that was read
// before: something else failed.
func notToBlame(err error) error {
	if r, ok := errors.AsType[*exitError](err); ok {
		return cmp.Or(errors.Unwrap(r.err), r.err)
	}
	return err
}

// writePages writes evidence.html, and summary.json last: it names all others.
func (j *job) writePages(s *report.Summary, p *report.Published) error {
	e := &report.Evidence{Summary: s, Operation: j.op, Simulated: j.pod != nil, Groups: p.Groups, NotDone: p.NotDone, Rest: p.Rest,
		Warnings: j.warnings(), Before: j.before}
	if j.verification != nil {
		e.Verified = verified(j.verification, j.op)
	}
	sum, _, err := report.Publish(j.disk, j.file(report.EvidenceFile), 0o600, func(w io.Writer) error {
		return report.WriteEvidence(w, e)
	})
	if err != nil {
		return err
	}
	s.Outputs[report.EvidenceFile] = report.Output{Path: report.EvidenceFile, SHA256: sum}
	_, _, err = report.Publish(j.disk, j.file(report.SummaryFile), 0o600, func(w io.Writer) error {
		return report.WriteSummary(w, s)
	})
	return err
}

func (j *job) summary() *report.Summary {
	return &report.Summary{
		RunID:      j.runID,
		Version:    j.env.Build.Number(),
		StartedAt:  j.began.UTC().Truncate(time.Millisecond),
		FinishedAt: j.env.Now().UTC().Truncate(time.Millisecond),
		Pod:        j.target.pod,
		Username:   j.target.username,
		Input:      report.SummaryInput{Path: j.in.path, SHA256: j.in.sha256(), Rows: j.in.census.Rows, BlankRows: j.in.census.Blank},
		Groups:     j.in.ledger.Groups(),
		Requests:   j.log.ofRun(),
		Options:    j.options(),
	}
}

// exitCode is what a script learns of the run.
func (j *job) exitCode(stopped *batch.Stop, p *report.Published) int {
	code := exitDone
	switch {
	case stopped != nil && stopped.Reason == batch.StopRecord && j.log.changes() == 0:
		code = exitRefused // the disk failed before the first send
	case stopped != nil:
		code = stopCode(stopped)
	case p.Counts.Of(batch.NotSent) > 0:
		code = exitStopped
	case !p.Done:
		code = exitRows
	}
	switch code {
	case exitAuth, exitSIGINT, exitSIGTERM:
		return code
	}
	still := p.Outputs[report.VerifyFile].Rows > 0 // found by an earlier life, perhaps
	if p.Counts.Of(batch.Unknown) > 0 || still || j.verification != nil && !j.verification.OK() {
		return exitDoubt
	}
	return code
}

func statusOf(code int, stopped *batch.Stop, finished bool) string {
	switch {
	case stopped != nil || !finished:
		return report.StatusStopped
	case code == exitDone:
		return report.StatusDone
	}
	return report.StatusRowsFailed
}

// options are what the run was asked for, for the record. None is a secret.
func (j *job) options() map[string]string {
	m := make(map[string]string)
	for _, s := range j.o.given {
		if s.flag.name == "config" || s.flag.name == "private-key-file" || s.flag.name == "session-token-file" {
			continue
		}
		m[s.flag.name] = s.value
	}
	for name, value := range map[string]any{
		"chunk-size": j.o.ChunkSize, "rate": j.o.Rate, "concurrency": j.o.Concurrency,
		"timeout": j.target.config.Timeout.String(), "max-attempts": j.target.attempts,
	} {
		m[name] = fmt.Sprint(value)
	}
	if j.o.Preflight {
		m["preflight"] = "true"
	}
	return m
}

// hintOf is what the client knows to do about an error.
func hintOf(err error) string {
	if e, ok := errors.AsType[*podclient.Error](err); ok {
		return e.Hint
	}
	return ""
}
