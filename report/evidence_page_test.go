package report_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ibremove/batch"
	"ibremove/report"
)

// The figures of the page are those of the summary, and a bar's add up to its
// group's.
func TestEvidenceFigures(t *testing.T) {
	for _, e := range []*report.Evidence{
		mixed(),
		evidence([...]int{batch.Removed: 1_234_567, batch.Absent: 123_456, batch.Failed: 999, batch.Unknown: 1000, batch.NotSent: 0}),
		evidence(),
	} {
		page := parse(t, render(t, e))
		var got []int
		for _, n := range elements(page, "data") {
			value, err := strconv.Atoi(attribute(n, "value"))
			if err != nil || strings.ReplaceAll(text(n), ",", "") != attribute(n, "value") {
				t.Errorf("figure %q reads %q", attribute(n, "value"), text(n))
			}
			got = append(got, value)
		}
		if want := figuresOf(e); !slices.Equal(got, want) {
			t.Errorf("figures %v, want %v", got, want)
		}
		want := []int{e.Summary.Counts.Total()}
		for _, g := range e.Groups {
			want = append(want, g.Counts.Total())
		}
		if got := bars(t, page); !slices.Equal(got, want) {
			t.Errorf("bars of %v rows, want %v", got, want)
		}
	}
	if page := render(t, evidence([...]int{batch.Removed: 1_234_567, batch.Absent: 123_456, batch.NotSent: 0})); !strings.Contains(page, ">1,234,567<") || !strings.Contains(page, ">123,456<") {
		t.Error("large figures are not set off in thousands")
	}
}

// figuresOf are the seven counts and their sum.
func figuresOf(e *report.Evidence) (all []int) {
	for _, status := range batch.Statuses() {
		all = append(all, e.Summary.Counts.Of(status))
	}
	return append(all, e.Summary.Counts.Total())
}

// What comes from outside is text, and nothing else: the page has the elements
// that the template has, no address, and no text that reorders another.
func TestEvidenceHostile(t *testing.T) {
	hostile := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</bdi></table><iframe src="//evil">`,
		`{{.Summary}}`, `<!--`, `</title></style>`, `javascript:alert(1)`, `'`, "a\u0000b\r\n\u202e\u2066\u200bc", "\xff\xfe",
		`\3c/style\3e`, `&lt;`, strings.Repeat("<b>", 1<<10),
	}
	elementsOf := func(s string) (names []string) {
		e := mixed()
		e.Summary.RunID, e.Summary.Version, e.Summary.Pod, e.Summary.Username = s, s, s, s
		e.Summary.Input.Path, e.Summary.StoppedBecause, e.Verified = s, s, s
		e.Summary.Options = map[string]string{s: s}
		e.Groups[0].GID = s
		for i := range e.NotDone {
			e.NotDone[i] = report.NotDoneRow{Line: 1, GID: s, UserID: s, Status: s, Code: s, Message: s}
		}
		content := render(t, e)
		page := parse(t, content)
		for n := range page.Descendants() {
			if n.Type == html.ElementNode {
				names = append(names, n.Data)
			}
			if n.Type == html.CommentNode {
				t.Errorf("%.40q: a comment", s)
			}
			for _, a := range n.Attr {
				if a.Key == "src" || a.Key == "href" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%.40q: <%s %s=%q>", s, n.Data, a.Key, a.Val)
				}
			}
		}
		for _, n := range elements(page, "bdi") {
			if strings.ContainsAny(text(n), "\x00\r\n\u202e\u2066\u200b") {
				t.Errorf("%q hides or reorders what is read", text(n))
			}
		}
		return names
	}
	want := elementsOf("harmless")
	for _, s := range hostile {
		if got := elementsOf(s); !slices.Equal(got, want) {
			t.Errorf("%.40q makes elements of its own: %d, not %d", s, len(got), len(want))
		}
	}
}

// A cell may have 64 KiB and a pod's text more: a thousand rows of them must
// not make a page that nobody can open.
func TestEvidenceLongTexts(t *testing.T) {
	long := strings.Repeat("界", 1<<16)
	rows := slices.Repeat([]report.NotDoneRow{{GID: long, UserID: long, Status: "failed", Code: "pod_message", Message: long}}, report.MostRows)
	page := render(t, open(evidence([...]int{batch.Failed: report.MostRows, batch.NotSent: 0}), rows...))
	if want := ">" + strings.Repeat("界", 400) + " … (cut)</bdi>"; strings.Count(page, want) != 3*report.MostRows || len(page) > 6<<20 {
		t.Errorf("%d bytes, %d texts cut", len(page), strings.Count(page, want))
	}
}

// More groups than fit: those with the most left come first, and of equals
// those that come first in the file. All rows stay counted.
func TestEvidenceMostGroups(t *testing.T) {
	groups := slices.Repeat([][batch.NotSent + 1]int{{batch.Removed: 1}}, 2001)
	groups[1999][batch.Unknown], groups[2000][batch.Failed] = 1, 5
	const note = "with the most rows failed"

	page := render(t, evidence(groups[:2000]...))
	if n := strings.Count(page, "<code>571db"); n != 2000 || strings.Contains(page, note) {
		t.Errorf("%d bars for 2000 groups", n)
	}
	if strings.Index(page, "571db1f2e4b027c4f0000000") > strings.Index(page, "571db1f2e4b027c4f00007cf") {
		t.Error("2000 groups are not in the order of the file")
	}
	page = render(t, evidence(groups...))
	if n := strings.Count(page, "<code>571db"); n != 2000 || !strings.Contains(page, "The 2,000 of 2,001 groups "+note) {
		t.Errorf("%d bars for 2001 groups", n)
	}
	var at []int
	for _, group := range []int{2000, 1999, 0, 1, 1997, 1998} {
		at = append(at, strings.Index(page, fmt.Sprintf("571db1f2e4b027c4f%07x", group)))
	}
	if !slices.IsSorted(at[:5]) || at[0] < 0 || at[5] >= 0 {
		t.Errorf("the groups stand at %v", at)
	}
	if got := bars(t, parse(t, page))[0]; got != 2007 {
		t.Errorf("the bar of all is of %d rows, want 2007", got)
	}
}

func TestEvidenceWriteError(t *testing.T) {
	r, w := io.Pipe()
	r.CloseWithError(errors.ErrUnsupported)
	if err := report.WriteEvidence(w, mixed()); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkWriteEvidence(b *testing.B) {
	for _, groups := range []int{2000, 200_000} {
		counts := slices.Repeat([][batch.NotSent + 1]int{{batch.Removed: 40, batch.Failed: 1, batch.Duplicate: 2}}, groups)
		e := evidence(counts...)
		row := report.NotDoneRow{Line: 1, GID: e.Groups[0].GID, UserID: "351775001412105", Status: "failed", Code: "pod_message", Message: "user cannot be removed"}
		e = open(e, slices.Repeat([]report.NotDoneRow{row}, report.MostRows)...)
		b.Run(strconv.Itoa(groups)+" groups", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(render(b, e))))
			for b.Loop() {
				if err := report.WriteEvidence(io.Discard, e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func elements(root *html.Node, name string) (all []*html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			all = append(all, n)
		}
	}
	return all
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// bars gives of each bar how many rows its parts stand for.
func bars(t *testing.T, page *html.Node) (all []int) {
	t.Helper()
	for _, n := range elements(page, "div") {
		sum := 0
		for _, part := range elements(n, "i") {
			var rows int
			if _, err := fmt.Sscanf(attribute(part, "style"), "flex:%d", &rows); err != nil || rows == 0 {
				t.Errorf("a part of a bar has the style %q", attribute(part, "style"))
			}
			sum += rows
		}
		all = append(all, sum)
	}
	return all
}
