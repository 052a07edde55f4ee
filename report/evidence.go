package report

import (
	"cmp"
	_ "embed"
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
var evidenceHTML string

// mostGroups is how many groups have a bar of their own on the page.
const mostGroups = 2000

// WriteEvidence writes the page for the people who file it: one file that
// needs nothing else, no network and no script.
func WriteEvidence(w io.Writer, e *Evidence) error {
	page, err := template.New(EvidenceFile).Funcs(template.FuncMap{
		"number": number,
		"count":  count,
		"shown":  shown,
		"rfc":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
	}).Parse(evidenceHTML)
	if err != nil {
		return err
	}
	return page.Execute(w, e.view())
}

// evidenceView is what the page shows, in the words in which it shows it.
type evidenceView struct {
	*Evidence
	Undo        bool
	State       string
	Counts      []evidencePart // all seven
	Bar         template.HTML  // of them
	Groups      []evidenceGroup
	AllGroups   int // Groups are the first, or the worst, of so many
	Groupless   int // rows that count for no group
	Deactivated int // rows that only the Admin Portal can remove
	Options     []evidenceOption
	Files       []evidenceFile
}

// evidencePart is one outcome of a bar, and of the text beside it.
type evidencePart struct {
	Class   string // its colour: the status of a removal, for an undo too
	Name    string // as the report spells it
	Meaning string
	Count   int
}

// evidenceGroup is written out beforehand: there may be two thousand.
type evidenceGroup struct {
	GID, Total string
	Bar        template.HTML
	Text       string
}

type evidenceOption struct{ Name, Value string }

type evidenceFile struct {
	Name string
	Output
}

func (e *Evidence) view() *evidenceView {
	s := e.Summary
	v := &evidenceView{
		Evidence:    e,
		Undo:        e.Operation == batch.Add,
		State:       e.state(),
		Counts:      parts(s.Counts, e.Operation),
		Bar:         bar(parts(s.Counts, e.Operation)),
		AllGroups:   len(e.Groups),
		Groupless:   s.Counts.Total(),
		Deactivated: s.Outputs[DeactivatedFile].Rows,
		Files:       []evidenceFile{{InputFile, Output{SHA256: s.Input.SHA256, Rows: s.Input.Rows}}},
	}
	for _, g := range e.Groups {
		v.Groupless -= g.Counts.Total()
	}
	for _, g := range worst(e.Groups, mostGroups) {
		parts := parts(g.Counts, e.Operation)
		v.Groups = append(v.Groups, evidenceGroup{g.GID, number(g.Counts.Total()), bar(parts), list(parts)})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Options)) {
		v.Options = append(v.Options, evidenceOption{name, s.Options[name]})
	}
	for _, name := range []string{ReportFile, FailuresFile, DeactivatedFile, VerifyFile} {
		if out, ok := s.Outputs[name]; ok {
			v.Files = append(v.Files, evidenceFile{name, out})
		}
	}
	return v
}

// state says how the run stands. A run may end with every row done, and yet
// not well: a verification could not read what it wanted to.
func (e *Evidence) state() string {
	s, open := e.Summary, len(e.NotDone)+e.Rest
	rest := number(open) + " of " + count(s.Counts.Total(), "row") + " not done."
	switch {
	case s.Status == StatusStopped && open == 0:
		return "Stopped early. Every row is done."
	case s.Status == StatusStopped:
		return "Stopped early: " + rest
	case open > 0:
		return "Finished: " + rest
	case s.Status == StatusDone:
		return "Finished: every row is done."
	}
	return "Finished: every row is done, but the verification did not confirm it of all."
}

func parts(c Counts, op batch.Operation) []evidencePart {
	all := make([]evidencePart, 0, len(batch.Statuses()))
	for _, status := range batch.Statuses() {
		all = append(all, evidencePart{
			Class:   status.Name(batch.Remove),
			Name:    status.Name(op),
			Meaning: meaning(status, op),
			Count:   c.Of(status),
		})
	}
	return all
}

// bar draws parts in proportion; list says the same in words.
func bar(parts []evidencePart) template.HTML {
	var b strings.Builder
	b.WriteString(`<div class="bar" aria-hidden="true">`)
	for _, p := range parts {
		if p.Count > 0 {
			b.WriteString(`<i class="` + p.Class + `" style="flex:` + strconv.Itoa(p.Count) + `"></i>`)
		}
	}
	b.WriteString(`</div>`)
	return template.HTML(b.String()) // names of ours and numbers
}

func list(parts []evidencePart) string {
	var words []string
	for _, p := range parts {
		if p.Count > 0 {
			words = append(words, number(p.Count)+" "+p.Name)
		}
	}
	return strings.Join(words, ", ")
}

// worst is groups if there are at most n of them; otherwise the n with the
// most rows failed, unknown or not sent, and of equals the first.
func worst(groups []GroupCounts, n int) []GroupCounts {
	if len(groups) <= n {
		return groups
	}
	type place struct{ left, index int }
	places := make([]place, len(groups))
	for i, g := range groups {
		left := g.Counts.Of(batch.Failed) + g.Counts.Of(batch.Unknown) + g.Counts.Of(batch.NotSent)
		places[i] = place{left, i}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.left, a.left), cmp.Compare(a.index, b.index))
	})
	some := make([]GroupCounts, n)
	for i := range some {
		some[i] = groups[places[i].index]
	}
	return some
}
