package main

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"ibremove/batch"
)

// tellPlan says on stderr what would be sent, before anything is.
func (j *job) tellPlan() {
	for _, line := range j.plan() {
		j.term.Say(line)
	}
	j.warn()
}

// maxSeconds is the longest time that a Duration can tell.
const maxSeconds = float64(math.MaxInt64/int64(time.Second) - 1)

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
	least := time.Duration(min(float64(max(0, requests-1))/j.o.Rate, maxSeconds) * float64(time.Second))
	add("requests", "%s at least, %s or more at %s a second", number(requests), duration(least), percent(j.o.Rate))
	if j.target != nil {
		add("pod", "%s", j.target.pod)
		add("account", "%s", j.account())
	}
	lines = append(lines, j.faults()...)
	return append(lines, j.groupLines()...)
}

func (j *job) account() string {
	switch c := j.target.config; {
	case j.target.username != "":
		return j.target.username
	case c.Certificate != nil:
		return "that of the certificate"
	case !c.Token.IsZero():
		return "that of the session token"
	}
	return "none is given yet"
}

// faults are the first invalid rows.
func (j *job) faults() (lines []string) {
	const most = 5
	for i, f := range j.in.census.Faults {
		if i == most {
			lines = append(lines, fmt.Sprintf("  … and %s more, all in the report", number(j.in.census.InvalidRows()-most)))
			break
		}
		lines = append(lines, fmt.Sprintf("  line %d, %s: %s", f.Line, f.Code, brief(f.Message)))
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
	for _, w := range j.warnings() {
		j.term.Warn(w)
	}
}

func (j *job) warnings() (all []string) {
	c := j.in.census
	for _, w := range []struct {
		lines batch.Lines
		what  string
	}{
		{c.Rounded, "a user id of more than 15 digits that ends in zeros: rounded by a spreadsheet? Compare it with the source."},
		{c.NoTenant, "a user id below 2^36, without a tenant part: a totals line?"},
		{c.Swallowed, "a quoted cell with line breaks and another id in it: a stray quote that swallowed rows?"},
		{c.Ruined, "well when the report was written, and ruined since, by a spreadsheet? The directory of run " +
			strings.Join(c.RunIDs, ", ") + " still has the true ids: ibremove resume RUN-DIR."},
	} {
		if w.lines.Count > 0 {
			all = append(all, fmt.Sprintf("%s: %s", lineList(w.lines), w.what))
		}
	}
	if j.undoOf != "" && !j.preflightOf {
		all = append(all, "the run that is undone had no --preflight: only the pod's word tells who was a member before.")
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
	return strings.Join(append(append(j.plan(), j.warnings()...), verb), "\n")
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
