package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"ibremove/batch"
	"ibremove/report"
)

// removals is how many accounts would be sent: those that must be looked up
// first may be.
func (j *job) removals() int {
	return j.in.ledger.Count(batch.Pending) + j.in.ledger.Count(batch.Unknown)
}

// settled is how many accounts have an outcome that will not change.
func (j *job) settled() int {
	l := j.in.ledger
	return l.Count(batch.Removed) + l.Count(batch.Absent) + l.Count(batch.Failed)
}

// verb is what a run does to a member.
func (j *job) verb() string {
	if j.op == batch.Add {
		return "add back"
	}
	return "remove"
}

func (j *job) refuseRemovals() error {
	if j.o.MaxRemovals == None || j.removals() <= j.o.MaxRemovals {
		return nil
	}
	return refuse("check that it is the right file; then raise --max-removals.",
		"%s: would %s %s, more than --max-removals %d allows; nothing was sent",
		j.in.name(), j.verb(), count(j.removals(), "member"), j.o.MaxRemovals)
}

// refuseShares looks at what each group would lose.
func (j *job) refuseShares() error {
	if j.o.MaxGroupShare == None || j.op == batch.Add {
		return nil
	}
	for _, g := range j.states {
		if g.Share() > j.o.MaxGroupShare {
			return refuse("check that it is the right file; then raise --max-group-share.",
				"%s: group %s would lose %s of its %s (%s%%), more than --max-group-share %s%% allows; nothing was sent",
				j.in.name(), j.groupName(g.GID), number(g.Leaving), count(g.Members, "member"), percent(g.Share()), percent(j.o.MaxGroupShare))
		}
	}
	return nil
}

func (j *job) groupName(gid string) string {
	if name := j.names[gid]; name != "" {
		return fmt.Sprintf("%s (%s)", gid, name)
	}
	return gid
}

func percent(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }

// space refuses to begin what the disk has no room for: the journal, the
// report, a failure report as long, and the pages about them.
func (j *job) space() error {
	const result, record, rest = 120, 24, 512 << 10 // bytes: a row's result_ cells, its part of the journal, all else
	rows := uint64(j.in.census.Rows)
	need := 2*(uint64(j.in.source.Size)+rows*result) + rows*record + rest
	free, err := report.FreeSpace(j.runsDir)
	if err != nil { // where nobody can tell, the journal will
		free = need
	}
	if free >= need {
		return nil
	}
	return refuse("free some space, or choose another place with --runs-dir.",
		"%s has %s free, and this run may need %s: %s are missing; nothing was sent",
		j.runsDir, bytesOf(free), bytesOf(need), bytesOf(need-free))
}

func bytesOf(n uint64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// stopError is a run that stopped before it had a directory.
func stopError(s *batch.Stop) error {
	return &exitError{code: stopCode(s), err: s.Err, hint: hintOf(s.Err)}
}

// stopCode is the exit code of a stopped run, as far as the reason alone tells.
func stopCode(s *batch.Stop) int {
	switch s.Reason {
	case batch.StopAuthentication, batch.StopEntitlement:
		return exitAuth
	case batch.StopCanary:
		return exitDoubt
	case batch.StopSignal:
		if i, ok := errors.AsType[Interrupted](s.Err); ok {
			return i.exitCode()
		}
		return exitSIGINT
	}
	return exitStopped
}

func declined(err error) error {
	switch {
	case err == nil:
		return refuse("", "not confirmed: nothing was sent")
	case errors.Is(err, context.Canceled), errors.Is(err, ErrNoTerminal):
		return refuse("", "nothing was sent: %w", err)
	}
	if stopped, ok := errors.AsType[*batch.Stop](err); ok {
		return &exitError{code: stopCode(stopped), err: fmt.Errorf("%w at the question: nothing was sent", stopped.Err)}
	}
	if i, ok := errors.AsType[Interrupted](err); ok {
		return &exitError{code: i.exitCode(), err: fmt.Errorf("%w at the question: nothing was sent", err)}
	}
	return fmt.Errorf("asking: %w", err)
}
