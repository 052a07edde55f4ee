//go:build chromium

package report_test

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ibremove/batch"
	"ibremove/report"
)

var shots = flag.String("evidence.shots", "", "directory for pictures of the evidence pages; empty: none are kept")

//go:embed testdata/audit.js
var auditScript string

// windows are what the page is opened in: a small phone, and a desk.
var windows = map[string][2]int64{"phone": {360, 740}, "desk": {1280, 900}}

// The page in a real browser: it asks nobody for anything, nothing is said on
// the console, it can be read on a phone, and it prints.
func TestEvidenceInChromium(t *testing.T) {
	all := evidence([...]int{batch.Removed: 12409, batch.NotSent: 0})
	all.Verified = "All 12,409 people are out of their groups, read at 2026-09-30T02:41:07Z."
	row := report.NotDoneRow{Line: 2, GID: all.Groups[0].GID, UserID: "351775001412105", Status: "failed", Code: "pod_message",
		Message: strings.Repeat("user-cannot-be-removed/", 6)}
	groups := slices.Repeat([][batch.NotSent + 1]int{{batch.Removed: 99_999, batch.Failed: 1, batch.Unknown: 1, batch.Duplicate: 1}}, 2100)
	large := open(evidence(groups...), slices.Repeat([]report.NotDoneRow{row}, report.MostRows)...)
	large.Rest = 3200
	none := open(evidence([...]int{batch.Failed: 3, batch.NotSent: 0}), row, row, row)

	b := newBrowser(t)
	for name, e := range map[string]*report.Evidence{"all": all, "none": none, "mixed": mixed(), "large": large} {
		t.Run(name, func(t *testing.T) {
			address := b.write(t, name, render(t, e))
			for window, size := range windows {
				for _, fault := range b.audit(t, address, size) {
					t.Errorf("%s: %s", window, fault)
				}
				if *shots != "" && name != "large" { // a picture has a greatest size
					b.shoot(t, name+"-"+window+".png")
				}
			}
			if got, want := b.figures(t), figuresOf(e); !slices.Equal(got, want) {
				t.Errorf("figures %v, want %v", got, want)
			}
			b.prints(t, name)
		})
	}
}

// The audit finds what it is for.
func TestEvidenceAudit(t *testing.T) {
	b := newBrowser(t)
	good := render(t, mixed())
	for fault, broken := range map[string]string{
		"contrast":          strings.Replace(good, "color: #1b1f24", "color: #999", 1),
		"px wide":           strings.Replace(good, "</main>", `<p style="width:2000px">wide</p></main>`, 1),
		"runs out":          strings.Replace(good, "overflow-wrap: anywhere; }\n.state", "}\n.state", 1) + "<p>" + strings.Repeat("x", 400),
		"cannot be seen":    strings.Replace(good, "height: .8rem", "height: 1px", 1),
		"<h4>":              strings.Replace(good, "</main>", "<h4>deep</h4></main>", 1),
		"no language":       strings.Replace(good, ` lang="en"`, "", 1),
		"without scope":     strings.Replace(good, `<th scope="col">`, "<th>", 1),
		"console":           strings.Replace(good, "</main>", "<script>console.log(1)</script></main>", 1), // the policy refuses it, and says so
		"request":           strings.Replace(good, "<head>", `<head><link rel="stylesheet" href="other.css">`, 1),
		"Content Security":  strings.Replace(good, "</main>", `<img src="x.png" alt="x"></main>`, 1),
		"Uncaught":          strings.Replace(good, "<head>", "<head><script>throw Error(1)</script>", 1),
		"could not be read": "",
	} {
		address := b.write(t, "broken", broken)
		if broken == "" {
			address += ".none"
		}
		if broken == good {
			t.Errorf("%s: nothing was broken", fault)
		}
		if got := b.audit(t, address, windows["phone"]); !strings.Contains(strings.Join(got, "\n"), fault) {
			t.Errorf("%s: the audit finds %q", fault, got)
		}
	}
}

// browser is a chromium with one tab, and what that tab has done since the
// last audit began.
type browser struct {
	ctx context.Context
	dir string

	mu    sync.Mutex
	said  []string
	asked []string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{ctx: ctx, dir: t.TempDir()}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatalf("no chromium can be started: %v", err)
	}
	return b
}

func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	case *log.EventEntryAdded:
		b.said = append(b.said, fmt.Sprintf("console: %s: %s", e.Entry.Level, e.Entry.Text))
	case *runtime.EventConsoleAPICalled:
		b.said = append(b.said, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, "console: "+e.ExceptionDetails.Text)
	}
}

// write gives the address of a file with the page in it.
func (b *browser) write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(b.dir, name+".html")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

// audit opens the page in a window of that size, and says what is wrong.
func (b *browser) audit(t *testing.T, address string, size [2]int64) (faults []string) {
	t.Helper()
	b.mu.Lock()
	b.said, b.asked = nil, nil
	b.mu.Unlock()
	err := chromedp.Do(b.ctx, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(address))
	if err != nil {
		return []string{fmt.Sprintf("the page could not be read: %v", err)}
	}
	faults, err = chromedp.Run(b.ctx, chromedp.Evaluate[[]string](auditScript))
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, other := range b.asked {
		if other != address {
			faults = append(faults, "request: "+other)
		}
	}
	return append(faults, b.said...)
}

// figures are those of the table of all outcomes, as they are read.
func (b *browser) figures(t *testing.T) (all []int) {
	t.Helper()
	texts, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll("#counts td.n")].map(td => td.innerText)`))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		n, err := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
		if err != nil {
			t.Error(err)
		}
		all = append(all, n)
	}
	return all
}

// prints puts the page on A4, which is 595 by 842 points.
func (b *browser) prints(t *testing.T, name string) {
	t.Helper()
	yes := true
	pdf, err := chromedp.Run(b.ctx, func(ctx context.Context, tab *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &yes})
		if err != nil {
			return nil, err
		}
		return r.Data, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sheets := regexp.MustCompile(`/Type /Page\b`).FindAll(pdf, -1)
	sizes := regexp.MustCompile(`/MediaBox \[0 0 59[45][\d.]* 84[12][\d.]*\]`).FindAll(pdf, -1)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(sheets) == 0 || len(sizes) != len(sheets) {
		t.Errorf("%d bytes of PDF, %d sheets, %d of A4", len(pdf), len(sheets), len(sizes))
	}
	b.keep(t, name+"-print.pdf", pdf)
}

func (b *browser) shoot(t *testing.T, name string) {
	t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	b.keep(t, name, picture)
}

func (b *browser) keep(t *testing.T, name string, content []byte) {
	t.Helper()
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}
