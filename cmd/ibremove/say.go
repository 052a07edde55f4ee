package main

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"ibremove/batch"
	"ibremove/report"
)

// tellPlan says on stderr what would be sent, before anything is.
func (j *job) tellPlan() {
	for _, line := range j.plan() {
		j.term.Say(line)
	}
	j.warn()
}

// plan is what the file asks, in lines for people.
func (j *job) plan() []string {
	c, l := j.in.census, j.in.ledger
	lines := []string{fmt.Sprintf("%s: %s in %s.", j.in.name(), count(c.Rows, "row"), count(l.Groups(), "group"))}
	add := func(what, format string, args ...any) {
		lines = append(lines, fmt.Sprintf("  %-12s %s", what, fmt.Sprintf(format, args...)))
	}
	add("to "+j.verb(), "%s", number(j.removals()))
	if n := l.Count(batch.Absent); n > 0 {
		add("absent", "%s (%s already)", number(n), map[batch.Operation]string{batch.Remove: "out", batch.Add: "back"}[j.op])
	}
	if c.Kept > 0 {
		add("done before", "%s", number(c.Kept))
	}
	if n := c.InvalidRows(); n > 0 {
		add("invalid", "%s (%s), never sent", number(n), byCode(c.Invalid))
	}
	if c.Duplicates > 0 {
		add("duplicates", "%s, sent once", number(c.Duplicates))
	}
	if c.Blank > 0 {
		add("blank rows", "%s, skipped", number(c.Blank))
	}
	requests := l.Requests(j.o.ChunkSize)
	least := time.Duration(float64(max(0, requests-1)) / j.o.Rate * float64(time.Second))
	add("requests", "%s at least, %s or more at %s a second", number(requests), duration(least), percent(j.o.Rate))
	if j.target != nil {
		add("pod", "%s", j.target.pod)
		account := j.target.username
		if account == "" {
			account = "that of the session token"
			if j.target.config.Certificate != nil {
				account = "that of the certificate"
			}
		}
		add("account", "%s", account)
	}
	lines = append(lines, j.faults()...)
	return append(lines, j.groupLines()...)
}

// faults are the first invalid rows.
func (j *job) faults() (lines []string) {
	const most = 5
	for i, f := range j.in.census.Faults {
		if i == most {
			lines = append(lines, fmt.Sprintf("  … and %s more, all in the report", number(j.in.census.InvalidRows()-most)))
			break
		}
		lines = append(lines, fmt.Sprintf("  line %d, %s: %s", f.Line, f.Code, f.Message))
	}
	return lines
}

// groupLines are the groups as a preflight saw them: the largest loss first.
func (j *job) groupLines() (lines []string) {
	const most = 40
	states := slices.Clone(j.states)
	sort.SliceStable(states, func(a, b int) bool { return states[a].Share() > states[b].Share() })
	for i, g := range states {
		if i == most {
			lines = append(lines, fmt.Sprintf("  … and %s more", count(len(states)-most, "group")))
			break
		}
		name := j.groupName(g.GID)
		switch left := g.Members - g.Leaving; {
		case g.Gone:
			lines = append(lines, fmt.Sprintf("  group %s: the pod has none of that id; its rows fail, unsent", name))
		case j.op == batch.Add:
			lines = append(lines, fmt.Sprintf("  group %s: %s now, %s coming back", name, count(g.Members, "member"), number(g.Leaving)))
		case left == 0 && g.Leaving > 0:
			lines = append(lines, fmt.Sprintf("  group %s: %s now, all of them leaving: it would be EMPTY", name, count(g.Members, "member")))
		default:
			lines = append(lines, fmt.Sprintf("  group %s: %s now, %s leaving (%.1f%%), %s left after",
				name, count(g.Members, "member"), number(g.Leaving), g.Share(), number(left)))
		}
	}
	return lines
}

// warn names the rows that are sent, and may yet be wrong.
func (j *job) warn() {
	for _, w := range warnings(j.in.census) {
		j.term.Warn(w)
	}
	if r := j.in.census.Ruined; r.Count > 0 {
		j.term.Warn(fmt.Sprintf("%s: well when the report was written, and ruined since, by a spreadsheet? The directory of run %s still has the true ids: ibremove resume RUN-DIR.",
			lineList(r), strings.Join(j.in.census.RunIDs, ", ")))
	}
	if j.undoOf != "" && !j.preflightOf {
		j.term.Warn("the run that is undone had no --preflight: only the pod's word tells who was a member before.")
	}
}

func warnings(c *batch.Census) (all []string) {
	for _, w := range []struct {
		lines batch.Lines
		what  string
	}{
		{c.Rounded, "a user id of more than 15 digits that ends in zeros: rounded by a spreadsheet? Compare it with the source."},
		{c.NoTenant, "a user id below 2^36, without a tenant part: a totals line?"},
		{c.Swallowed, "a quoted cell with line breaks and another id in it: a stray quote that swallowed rows?"},
	} {
		if w.lines.Count > 0 {
			all = append(all, fmt.Sprintf("%s: %s", lineList(w.lines), w.what))
		}
	}
	return all
}

func lineList(l batch.Lines) string {
	places := make([]string, len(l.First))
	for i, n := range l.First {
		places[i] = fmt.Sprint(n)
	}
	s := plural(l.Count, "line") + " " + strings.Join(places, ", ")
	if more := l.Count - len(l.First); more > 0 {
		s += " and " + number(more) + " more"
	}
	return s
}

// question asks for what the plan has told; where that went into a file, it is
// told once more.
func (j *job) question() string {
	verb := "Remove " + count(j.removals(), "member") + " from "
	if j.op == batch.Add {
		verb = "Add " + count(j.removals(), "member") + " back to "
	}
	verb += "their groups on " + j.target.pod + "?"
	if j.env.Console.Stderr {
		return verb
	}
	return strings.Join(append(append(j.plan(), warnings(j.in.census)...), verb), "\n")
}

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
		j.term.Error("stopped early: "+strings.TrimPrefix(stopped.Err.Error(), "stopped "), hintOf(stopped.Err))
	}
	if j.checked != nil && !j.checked.OK() && j.o.JSON {
		j.term.Say(verified(j.checked, j.op))
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
			", then run what is not done again with:\n  " + j.correct())
	default:
		j.term.Say("When the cause is mended, run what is not done again with:\n  " + j.goOn())
	}
	return exit
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
		first = fmt.Sprintf("%s of %s are done, %s not.", number(s.Counts.Total()-open), count(s.Counts.Total(), "row"), number(open)+map[bool]string{true: " is", false: " are"}[open == 1])
	}
	lines := []string{first}
	for _, status := range batch.Statuses() {
		if n := s.Counts.Of(status); n > 0 {
			lines = append(lines, fmt.Sprintf("  %-12s %s", status.Name(j.op), number(n)))
		}
	}
	sent := j.log.counted()
	lines = append(lines, fmt.Sprintf("  %-12s %s in %s%s", "requests", number(sent.Sent), duration(s.FinishedAt.Sub(j.woke)), byStatus(sent)))
	if n := p.Outputs[report.DeactivatedFile].Rows; n > 0 {
		lines = append(lines, fmt.Sprintf("%s of deactivated accounts: the API cannot remove them, the Admin Portal can. The list: %s",
			count(n, "row"), j.file(report.DeactivatedFile)))
	}
	if j.checked != nil {
		lines = append(lines, verified(j.checked, j.op))
	}
	lines = append(lines, "Report: "+j.file(report.ReportFile))
	if open > 0 {
		lines = append(lines, "Not done: "+j.file(report.FailuresFile))
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
		if v.Users == 1 {
			return fmt.Sprintf("The 1 person is %s, read at %s.", out, at)
		}
		return fmt.Sprintf("All %s people are %s, read at %s.", number(v.Users), out, at)
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

func byCode(counts map[string]int) string {
	var parts []string
	for _, code := range []string{batch.CodeBadRow, batch.CodeBadGID, batch.CodeBadUserID} {
		if n := counts[code]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", code, number(n)))
		}
	}
	return strings.Join(parts, ", ")
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
