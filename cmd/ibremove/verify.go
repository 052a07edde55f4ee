package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ibremove/batch"
	"ibremove/report"
)

// verify reads the live membership, and says who in the report is not where it
// says.
func verify(ctx context.Context, env *Env, o Options, path string) error {
	j := newJob(env, &o, "verify")
	defer j.close()
	if err := j.connectTo(); err != nil {
		return err
	}
	to, err := j.reportToVerify(ctx, path)
	if err != nil {
		return err
	}
	ctx, j.stop = context.WithCancelCause(ctx)
	defer j.stop(nil)
	if err := j.connect(); err != nil {
		return err
	}
	j.d.Recorder = new(buffered)
	if err := j.d.Line.Login(ctx); err == nil {
		j.verification = j.d.Verify(ctx, nil)
	}
	if stopped := batch.Stopped(ctx); stopped != nil {
		return stopError(stopped)
	}
	wrong, failed := j.writeWrong(to)
	err = j.verifyResult(to, wrong, failed)
	if failed == nil {
		return err
	}
	exit := &exitError{code: exitStopped}
	if found, ok := errors.AsType[*exitError](err); ok {
		exit.code, exit.summary = max(exitStopped, found.code), found.summary
	}
	exit.err, exit.hint = failed, "free some space, then verify again."
	return exit
}

// reportToVerify reads the report, and tells where its verify.csv belongs.
func (j *job) reportToVerify(ctx context.Context, path string) (to string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", refuse("give a run directory, or a report of ours.", "%w", err)
	}
	layout, file := layoutOf(j.o), path
	if info.IsDir() {
		e, err := openRun(path)
		if err != nil {
			return "", err
		}
		if err := e.contradiction(j.o, j.target.pod); err != nil {
			return "", err
		}
		if sum, err := sumOf(filepath.Join(path, report.InputFile)); err != nil || sum != e.header.Input.SHA256 {
			return "", e.otherInput(sum, err)
		}
		layout, file = layoutIn(e.header), filepath.Join(path, report.ReportFile)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return "", refuse("go on with it first: "+onFile("resume", path), "run %s has no report yet", e.header.RunID)
		}
		if e.end == nil {
			return "", refuse("go on with it first: "+onFile("resume", path), "run %s was killed or is still under way, and its report is not of its end", e.header.RunID)
		}
		if err := asPublished(path, file); err != nil {
			return "", err
		}
		to, j.op, j.runID = filepath.Join(path, report.VerifyFile), e.header.Op(), e.header.RunID
	}
	in, closed, err := probeInput(ctx, j.env, file, layout, batch.CheckOptions{Review: true})
	if err != nil {
		return "", err
	}
	j.onClose = append(j.onClose, closed)
	if !in.census.IsReport {
		return "", refuse("give the report.csv of a run, or its directory.", "%s is no report of ours: it has no result_ columns", file)
	}
	j.in = in
	if to != "" {
		return to, nil
	}
	if e := runOf(file); e != nil {
		if err := e.sameColumns(in); err != nil {
			return "", err
		}
	}
	var one bool
	if j.op, one = operationOf(in.census); !one {
		return "", refuse("verify the rows of each in a file of its own.", "%s is about a removal and about an undo", file)
	}
	base := file
	if ext := filepath.Ext(file); strings.EqualFold(ext, ".csv") {
		base = strings.TrimSuffix(file, ext)
	}
	return base + ".verify.csv", samePod(in, j.target.pod)
}

// asPublished refuses a report that is not the one which the run's summary
// names.
func asPublished(dir, file string) error {
	text, err := os.ReadFile(filepath.Join(dir, report.SummaryFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a report that was moved without its summary is judged by itself
	}
	if err != nil {
		return refuse("", "%w", err)
	}
	var s struct{ Outputs map[string]report.Output }
	if err := json.Unmarshal(text, &s); err != nil {
		return refuse("", "%s: %w", filepath.Join(dir, report.SummaryFile), err)
	}
	sum, err := sumOf(file)
	if err != nil {
		return refuse("", "%w", err)
	}
	if was := s.Outputs[report.ReportFile].SHA256; was != "" && was != sum {
		return refuse("to judge it as it is, name it:\n  "+onFile("verify", file),
			"%s has been changed since the run: its SHA-256 is not the one in %s", file, report.SummaryFile)
	}
	return nil
}

// writeWrong lists the rows of those who are not where the report says.
func (j *job) writeWrong(to string) (out report.Output, err error) {
	wrong := make(map[uint32]bool)
	for _, c := range j.verification.Wrong {
		for _, item := range c.Items {
			wrong[item] = true
		}
	}
	err = j.in.read(func(r *batch.Reader) (err error) {
		out, err = report.ExtractRefuted(j.disk, to, r, j.op, j.verification.Message(j.op), func(row *batch.Row) bool {
			if row.Fault.Code != "" || !row.Prior.Status.Done() {
				return false
			}
			item, ok := j.in.ledger.Find(row.GID, row.UserID)
			return ok && wrong[item]
		})
		return err
	})
	return out, err
}

func (j *job) verifyResult(to string, wrong report.Output, failed error) error {
	v, code := j.verification, exitDone
	ruined := j.in.census.Ruined
	if !v.OK() || ruined.Count > 0 {
		code = exitDoubt
	}
	if code == exitDone && failed == nil && j.o.Quiet {
		return nil
	}
	j.term.SetQuiet(false)
	text := verified(v, j.op)
	if rest := j.in.census.Rows - j.in.census.Kept - ruined.Count; rest > 0 {
		text += fmt.Sprintf(" %s %s not judged: the report does not call them done.", count(rest, "row"), are(rest))
	}
	if ruined.Count > 0 {
		text += fmt.Sprintf(" %s cannot be judged, for the ids are ruined (%s): verify the run directory, which still has the true ones.",
			count(ruined.Count, "row"), lineList(ruined))
	}
	if j.o.JSON {
		if code != exitDone {
			j.term.Say(text)
		}
		j.takeOut(to, wrong.Rows)
		s := j.summary()
		s.ExitCode, s.Status, s.Outputs = code, report.StatusDone, map[string]report.Output{}
		s.RunID = j.runID
		if failed != nil {
			s.ExitCode, s.StoppedBecause = max(code, exitStopped), failed.Error()
		}
		if code != exitDone {
			s.Status = report.StatusRowsFailed
		}
		if wrong.Rows > 0 {
			s.Outputs[report.VerifyFile] = wrong
		}
		s.Counts = report.Counts{Operation: j.op, ByStatus: j.in.census.ByPrior}
		return &exitError{code: code, summary: s}
	}
	if wrong.Rows > 0 {
		text += "\nThe list: " + oneLine(to)
	}
	if err := j.term.Print(text + "\n"); err != nil {
		return err
	}
	j.takeOut(to, wrong.Rows)
	return &exitError{code: code}
}

// takeOut names the command for those who are in the list.
func (j *job) takeOut(list string, rows int) {
	if rows == 0 {
		return
	}
	what := "Take them out"
	if j.op == batch.Add {
		what = "Add them back"
	}
	j.term.Say(what + " with:\n  " + j.resumeLine(list, columnFlags(j.in.layout)...))
}
