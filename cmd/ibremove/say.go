package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ibremove/batch"
	"ibremove/report"
)

// report prints what came of the run, and turns it into an exit code.
func (j *job) report(s *report.Summary, p *report.Published, stopped *batch.Stop) error {
	exit := &exitError{code: s.ExitCode, summary: s}
	if s.ExitCode == exitDone && j.o.Quiet {
		return nil
	}
	j.term.SetQuiet(false)
	if !j.o.JSON {
		if err := j.term.Print(strings.Join(j.result(s, p), "\n") + "\n"); err != nil {
			exit.err = fmt.Errorf("writing the summary: %w", err)
			exit.code = max(exit.code, exitInternal)
		}
	}
	if stopped != nil {
		j.term.Error("stopped early: "+strings.TrimPrefix(stopped.Err.Error(), "stopped "), hintOfStop(stopped))
	}
	if j.verification != nil && !j.verification.OK() && j.o.JSON {
		j.term.Say(verified(j.verification, j.op))
	}
	switch {
	case p.Done && s.ExitCode == exitDone:
	case p.Done && j.pod == nil:
		j.term.Say("Look again with:\n  " + j.lookAgain())
	case j.pod != nil && s.Status == report.StatusStopped:
		j.term.Say("The simulator of this run is gone: start again.")
	case j.pod != nil:
		j.term.Say("Serve the same pod for tests by hand with:\n  " + shellLine("ibremove", "simulate", "--seed", j.in.path))
	case s.Status == report.StatusStopped:
		j.term.Say("Go on with:\n  " + j.goOn())
	case s.Counts.Of(batch.Invalid) > 0:
		j.term.Say("Correct the invalid rows in failures.csv" + emptied(j.in.census.Invalid[batch.CodeBadRow]) +
			", then run what is not done again with:\n  " + j.correct(j.lookFirst(p)...))
	default:
		j.term.Say("When the cause is mended, run what is not done again with:\n  " + j.goOn(j.lookFirst(p)...))
	}
	return exit
}

// lookFirst is the flag for those whom the pod refused in words: once the Admin
// Portal, or somebody else, has taken them out, they are not refused once more.
func (j *job) lookFirst(p *report.Published) []string {
	if j.o.Preflight || p.Reasons[batch.CodePodMessage].Rows+p.Reasons[batch.CodeDeactivated].Rows == 0 {
		return nil
	}
	return []string{"--preflight"}
}

// emptied says what else a corrected bad_row row needs.
func emptied(badRows int) string {
	if badRows == 0 {
		return ""
	}
	return " (where it was bad_row, empty the result_code too)"
}

// result is the summary for people.
func (j *job) result(s *report.Summary, p *report.Published) []string {
	open := len(p.NotDone) + p.Rest
	first := fmt.Sprintf("All %s are done.", count(s.Counts.Total(), "row"))
	switch {
	case s.Counts.Total() == 1 && open == 0:
		first = "The one row is done."
	case s.Counts.Total() == 1:
		first = "The one row is not done."
	case open > 0:
		first = fmt.Sprintf("%s of %s are done, %s %s not.", number(s.Counts.Total()-open), count(s.Counts.Total(), "row"), number(open), are(open))
	}
	lines := []string{first}
	for _, status := range batch.Statuses() {
		if n := s.Counts.Of(status); n > 0 {
			lines = append(lines, fmt.Sprintf("  %-12s %s", status.Name(j.op), number(n)))
		}
	}
	lines = append(lines, reasons(p.Reasons)...)
	sent := j.log.counted()
	lines = append(lines, fmt.Sprintf("  %-12s %s in %s%s", "requests", number(sent.Sent), duration(s.FinishedAt.Sub(j.woke)), byStatus(sent)))
	if n := p.Outputs[report.DeactivatedFile].Rows; n > 0 {
		lines = append(lines, fmt.Sprintf("%s of deactivated accounts: the API cannot remove them, the Admin Portal can. The list: %s",
			count(n, "row"), oneLine(j.file(report.DeactivatedFile))))
	}
	if j.moreRefused {
		lines = append(lines, fmt.Sprintf("Only the first %d accounts that the pod refused were looked up: more may be deactivated. The pod's own words are in failures.csv.", batch.MostExplained))
	}
	if j.unasked > 0 {
		lines = append(lines, fmt.Sprintf("Whether %s of the failed rows are deactivated was not looked up.", count(j.unasked, "account")))
	}
	if j.verification != nil {
		lines = append(lines, verified(j.verification, j.op))
	}
	lines = append(lines, "Report: "+oneLine(j.file(report.ReportFile)))
	if open > 0 {
		lines = append(lines, "Not done: "+oneLine(j.file(report.FailuresFile)))
	}
	return lines
}

// hintOfStop is what to do before the run goes on.
func hintOfStop(stopped *batch.Stop) string {
	switch stopped.Reason {
	case batch.StopCanary:
		return "find out why before you go on; who was seen to be still a member is listed in verify.csv."
	case batch.StopFailures:
		return "read failures.csv before you go on: each life counts anew."
	}
	return hintOf(stopped.Err)
}

// reasons are the commonest codes of rows that are not done, each with what was
// said of the first of them. What other lines tell is left out.
func reasons(why map[string]report.Reason) (lines []string) {
	const most = 3
	commonest := func(a, b string) int { return cmp.Or(why[b].Rows-why[a].Rows, strings.Compare(a, b)) }
	for _, code := range slices.SortedFunc(maps.Keys(why), commonest) {
		switch code {
		case batch.CodeBadRow, batch.CodeBadGID, batch.CodeBadUserID, batch.CodeDuplicate, batch.CodeStopped, batch.CodeDeactivated, batch.CodeStillMember:
			continue
		}
		if first := why[code].First; first != "" && len(lines) < most {
			lines = append(lines, fmt.Sprintf("  %-12s %s", code, oneLine(brief(first))))
		}
	}
	return lines
}

// verified tells what a verification found, in a sentence.
func verified(v *batch.Verification, op batch.Operation) string {
	out, still := "out of their groups", "still members"
	if op == batch.Add {
		out, still = "back in their groups", "still not back"
	}
	var b strings.Builder
	at := v.At.UTC().Format(time.RFC3339)
	switch {
	case v.Users == 0:
		b.WriteString("There is nobody to look for: no row is done.")
	case v.OK():
		who := fmt.Sprintf("All %s people are", number(v.People))
		if v.People == 1 {
			who = "The 1 person is"
		}
		if v.People < v.Users {
			out += fmt.Sprintf(" (%s memberships)", number(v.Users))
		}
		return fmt.Sprintf("%s %s, read at %s.", who, out, at)
	case v.Cut:
		b.WriteString("The verification was stopped before the pod had its time: whether all are " + out + " is not known.")
	case v.WrongUsers() > 0:
		fmt.Fprintf(&b, "%s of %s are %s, read at %s.", number(v.WrongUsers()), number(v.Users), still, at)
	}
	for i, u := range v.Unread {
		if i == 5 {
			fmt.Fprintf(&b, " … and %s more.", count(len(v.Unread)-i, "group"))
			break
		}
		fmt.Fprintf(&b, " Group %s could not be read: %v.", u.GID, u.Err)
	}
	return strings.TrimSpace(b.String())
}

// byStatus tells how the requests were answered.
func byStatus(r report.Requests) string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(r.ByStatus)) {
		parts = append(parts, fmt.Sprintf("%s × %s", number(r.ByStatus[status]), status))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
