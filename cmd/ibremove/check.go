package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"ibremove/batch"
	"ibremove/podclient"
	"ibremove/report"
)

// check reads FILE as run does, and says what run would send. It sends nothing
// that changes the pod, and needs none unless it is asked to look.
func check(ctx context.Context, env *Env, o Options, file string) error {
	j := newJob(env, &o, "check")
	defer j.close()
	in, closed, err := probeInput(ctx, env, file, layoutOf(&o), batch.CheckOptions{Strict: o.Strict})
	if err != nil {
		return err
	}
	defer closed()
	j.in = in
	if o.Given("config") { // a check of the file that the run will need
		if _, err := loadConfig(env, &o); err != nil {
			return err
		}
	}
	if o.Login || o.Preflight {
		if err := j.connectTo(); err != nil {
			return err
		}
	} else if t, err := newTarget(env, &o); err == nil && !o.Simulate {
		j.target = t // it is only named
	}
	if err := j.fits(); err != nil {
		return err
	}
	if !o.Preflight {
		if err := j.refuseRemovals(); err != nil {
			return err
		}
	}
	var who string
	if o.Login || o.Preflight {
		ctx, j.stop = context.WithCancelCause(ctx)
		defer j.stop(nil)
		if who, err = j.askPod(ctx); err != nil {
			return j.checkCut(err)
		}
	}
	return j.checkResult(who)
}

// askPod logs in, and looks as far as it was asked to.
func (j *job) askPod(ctx context.Context) (who string, err error) {
	if j.pod != nil {
		seedFromLedger(j.pod, j.in.ledger)
	}
	if err := j.connect(); err != nil {
		return "", err
	}
	j.d.Recorder = new(buffered)
	if j.o.Login {
		if who, err = j.whoAmI(ctx); err != nil {
			return "", err
		}
		if !j.o.Preflight {
			return who, nil
		}
	}
	if err := j.look(ctx); err != nil {
		return "", err
	}
	if stopped := batch.Stopped(ctx); stopped != nil {
		return "", stopError(stopped)
	}
	return who, nil
}

// whoAmI proves the account, its key and its privilege.
func (j *job) whoAmI(ctx context.Context) (string, error) {
	fail := func(err error) error {
		if stopped := batch.Stopped(ctx); stopped != nil {
			return stopError(stopped)
		}
		code := exitStopped
		if e, ok := errors.AsType[*podclient.Error](err); ok && e.Status >= 300 && e.Status < 400 {
			code = exitAuth // to a sign-on page, mostly
		}
		return &exitError{code: code, err: err, hint: hintOf(err)}
	}
	if err := j.d.Line.Login(ctx); err != nil {
		return "", fail(err)
	}
	var me podclient.SessionInfo
	if err := j.d.Line.Read(ctx, func(ctx context.Context) (err error) {
		me, err = j.client.Session(ctx)
		return err
	}); err != nil {
		return "", fail(err)
	}
	j.target.username = cmp.Or(j.target.username, me.Username)
	name := me.Username
	if me.DisplayName != "" && me.DisplayName != name {
		name += " (" + me.DisplayName + ")"
	}
	name = oneLine(name)
	who := fmt.Sprintf("Logged in to %s as %s, user id %d.", j.target.pod, name, me.ID)
	var groups []podclient.Group
	if err := j.d.Line.Read(ctx, func(ctx context.Context) (err error) {
		groups, err = j.client.Groups(ctx)
		return err
	}); err != nil {
		j.term.Say(who)
		return "", fail(err)
	}
	return fmt.Sprintf("%s The account may manage groups: it sees %s with a policy.", who, count(len(groups), "group")), nil
}

// checkResult prints the plan, and turns it into an exit code.
func (j *job) checkResult(who string) error {
	c, l := j.in.census, j.in.ledger
	code := exitDone
	if c.InvalidRows() > 0 || l.Count(batch.Failed) > 0 {
		code = exitRows
	}
	if code == exitDone && j.o.Quiet {
		return nil
	}
	j.term.SetQuiet(false)
	if j.o.JSON {
		if who != "" {
			j.term.Say(who)
		}
		j.warn()
		return &exitError{code: code, summary: j.checkSummary(code)}
	}
	lines := j.plan()
	if who != "" {
		lines = append([]string{who}, lines...)
	}
	verdict := "Checked, nothing was sent."
	if code == exitRows {
		verdict = "Checked, nothing was sent. Some rows would not be done."
	}
	if err := j.term.Print(strings.Join(append(lines, verdict), "\n") + "\n"); err != nil {
		return err
	}
	j.warn()
	return &exitError{code: code}
}

// checkCut is a check that did not come to its end: with what it knows by then.
func (j *job) checkCut(err error) error {
	exit, ok := errors.AsType[*exitError](err)
	if !ok || exit.summary != nil {
		return err
	}
	s := j.checkSummary(exit.code)
	if s.Error = err.Error(); exit.code == exitRefused {
		s.Status = report.StatusRefused
	} else {
		s.Status, s.StoppedBecause = report.StatusStopped, err.Error()
	}
	exit.summary = s
	return exit
}

func (j *job) checkSummary(code int) *report.Summary {
	c, l := j.in.census, j.in.ledger
	if j.target == nil {
		j.target = new(target)
		j.target.attempts, j.target.config.Timeout = j.o.MaxAttempts, j.o.Timeout
	}
	s := j.summary()
	s.ExitCode, s.Status = code, report.StatusDone
	if code != exitDone {
		s.Status = report.StatusRowsFailed
	}
	s.Outputs = map[string]report.Output{}
	s.Counts.Operation = j.op
	s.Counts.ByStatus = [batch.NotSent + 1]int{
		batch.Removed:   c.Kept - c.KeptAbsent,
		batch.Absent:    c.KeptAbsent + l.Count(batch.Absent),
		batch.Failed:    l.Count(batch.Failed),
		batch.Invalid:   c.InvalidRows(),
		batch.Duplicate: c.Duplicates,
		batch.NotSent:   j.removals(),
	}
	return s
}
