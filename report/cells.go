package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"ibremove/batch"
)

// tail writes the eight result_ cells of a row. Rows with the same outcome
// share all but the first: they are rendered once.
type tail struct {
	delimiter byte
	op        batch.Operation
	runID     string
	at        time.Time // for rows that learnt nothing from the pod

	rendered [][]byte // by Verdict.ID: the cells from result_status on
	cells    []byte   // of an outcome that is not kept
}

// mostRendered bounds the outcomes that are kept.
const mostRendered = 1 << 14

// appendHeader appends the names of the eight columns.
func (t *tail) appendHeader(dst []byte) []byte {
	for _, name := range batch.ResultColumns() {
		dst = append(append(dst, t.delimiter), name...)
	}
	return dst
}

func (t *tail) append(dst []byte, line int, v *batch.Verdict) []byte {
	dst = strconv.AppendInt(append(dst, t.delimiter), int64(line), 10)
	if v.ID <= 0 || v.ID >= mostRendered {
		t.cells = t.render(t.cells[:0], v.Outcome)
		return append(dst, t.cells...)
	}
	for len(t.rendered) <= v.ID {
		t.rendered = append(t.rendered, nil)
	}
	if t.rendered[v.ID] == nil {
		t.rendered[v.ID] = t.render(nil, v.Outcome)
	}
	return append(dst, t.rendered[v.ID]...)
}

func (t *tail) render(dst []byte, o batch.Outcome) []byte {
	at, status := t.at, ""
	if o.At != 0 {
		at = time.Unix(o.At, 0)
	}
	if o.HTTPStatus != 0 {
		status = strconv.Itoa(o.HTTPStatus)
	}
	return t.appendCells(dst, o.Status.Name(t.op), o.Code, o.Message, status,
		strconv.Itoa(o.Attempts), at.UTC().Format(time.RFC3339), t.runID)
}

// appendPrior appends what the report that was run again said of a row.
func (t *tail) appendPrior(dst []byte, line int, p *batch.Prior) []byte {
	dst = strconv.AppendInt(append(dst, t.delimiter), int64(line), 10)
	return t.appendCells(dst, p.Status.Name(t.op), p.Code, p.Message, p.HTTPStatus, p.Attempts, p.At, p.RunID)
}

func (t *tail) appendCells(dst []byte, cells ...string) []byte {
	for _, cell := range cells {
		dst = appendAdded(append(dst, t.delimiter), cell, t.delimiter)
	}
	return dst
}

// appendAdded appends a text as a cell of an added column: one that a
// spreadsheet would run gets an apostrophe in front, control characters become
// spaces, and it is quoted if it must be.
func appendAdded(dst []byte, text string, delimiter byte) []byte {
	if text == "" {
		return dst
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, guard(text))
	if !strings.ContainsRune(text, '"') && strings.IndexByte(text, delimiter) < 0 {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(text, `"`, `""`)...)
	return append(dst, '"')
}

// guard marks a text that a spreadsheet would run as text (OWASP, 'CSV
// Injection').
func guard(text string) string {
	if strings.IndexByte("=+-@\t\r", text[0]) >= 0 {
		return "'" + text
	}
	return text
}
