package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ibremove/batch"
)

//go:embed evidence.html
var evidencePage string

// mostGroups is how many groups have a bar of their own on the page.
const mostGroups = 2000

// WriteEvidence writes the page for the people who file it: one file that
// needs nothing else, no network and no script.
func WriteEvidence(w io.Writer, e *Evidence) error {
	page, err := template.New("evidence").Parse(evidencePage)
	if err != nil {
		return err
	}
	return page.Execute(w, e.view())
}

// evidenceView is what the page shows, in the words in which it shows it.
type evidenceView struct {
	*Evidence
	Title     string
	What      string
	State     string
	Open      int // rows that are not done
	Counts    []evidenceCount
	Bars      []evidenceGroup
	MoreBars  int
	Times     [2]string
	Options   []string
	Files     []evidenceFile
	NotDoneIn string
}

type evidenceCount struct {
	Name  string
	Count int
}

type evidenceFile struct{ Name, SHA256, Rows string }

// evidenceGroup is a bar: its parts add up to a hundred.
type evidenceGroup struct {
	GID   string
	Total int
	Text  string
	Parts []evidencePart
}

type evidencePart struct {
	Name  string
	Count int
	Width template.CSS
}

func (e *Evidence) view() *evidenceView {
	s := e.Summary
	v := &evidenceView{
		Evidence: e,
		Title:    "Removal from Information Barrier groups",
		What:     "removed from their groups",
		Open:     len(e.NotDone) + e.Rest,
		Times:    [2]string{s.StartedAt.UTC().Format(time.RFC3339), s.FinishedAt.UTC().Format(time.RFC3339)},
		State: map[string]string{
			StatusDone:       "Every row is done.",
			StatusRowsFailed: "Every row had its turn, and some are not done.",
			StatusStopped:    "The run stopped before every row had its turn. It can be gone on with.",
		}[s.Status],
	}
	if e.Operation == batch.Add {
		v.Title, v.What = "Return to Information Barrier groups (undo)", "added back to their groups"
	}
	for _, status := range batch.Statuses() {
		v.Counts = append(v.Counts, evidenceCount{status.Name(e.Operation), s.Counts.Of(status)})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Options)) {
		v.Options = append(v.Options, name+" "+s.Options[name])
	}
	v.Files = []evidenceFile{{s.Input.Path, s.Input.SHA256, strconv.Itoa(s.Input.Rows)}}
	for _, name := range slices.Sorted(maps.Keys(s.Outputs)) {
		out := s.Outputs[name]
		v.Files = append(v.Files, evidenceFile{name, out.SHA256, strconv.Itoa(out.Rows)})
	}
	groups := slices.Clone(e.Groups)
	if len(groups) > mostGroups { // those with the most left to do
		slices.SortStableFunc(groups, func(a, b GroupCounts) int { return cmp.Compare(b.open(), a.open()) })
		v.MoreBars = len(groups) - mostGroups
		groups = groups[:mostGroups]
	}
	for _, g := range groups {
		v.Bars = append(v.Bars, g.bar(e.Operation))
	}
	return v
}

func (g GroupCounts) open() int {
	return g.Counts.Total() - g.Counts.Of(batch.Removed) - g.Counts.Of(batch.Absent) - g.Counts.Of(batch.Duplicate)
}

func (g GroupCounts) bar(op batch.Operation) evidenceGroup {
	total := g.Counts.Total()
	b := evidenceGroup{GID: g.GID, Total: total}
	var words []string
	for _, status := range batch.Statuses() {
		n := g.Counts.Of(status)
		if n == 0 {
			continue
		}
		name := status.Name(op)
		width := strconv.FormatFloat(100*float64(n)/float64(total), 'f', 2, 64) + "%"
		b.Parts = append(b.Parts, evidencePart{Name: status.Name(batch.Remove), Count: n, Width: template.CSS("width:" + width)}) //nolint:gosec // a number
		words = append(words, fmt.Sprintf("%d %s", n, strings.ReplaceAll(name, "_", " ")))
	}
	b.Text = strings.Join(words, ", ")
	return b
}
