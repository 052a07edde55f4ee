package batch_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"ibremove/batch"
)

// FuzzReader holds the reader to three things: any file is read or refused,
// however its bytes arrive; the rows are those of a plain reading, byte by
// byte; and a report of the rows, read again, has the same rows.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		"gid,userId,note\ng1,347583113330001,x\n",
		"sep=;\r\n\"gid\";userId\r\n\"g\";\"5\"\r\n",
		"\uFEFFgid|uid\rg|5\r\"a\rb\"|6",
		"gid,userId,a\n\n,,\ng,5,\"x\n347583113330002\"\"\"\n+,1E5\n",
		"gid,userId,a\r\ng,5,x\ry\"\r\r\ng,6,\"\"\r",
		"gid,userId,result_line,result_status,result_code,result_message\ng,5,7,failed,x,'=y,z\n",
		"gid,userId\ng,5,\"\"\n\"\",\"\"\n\x1A\r\n",
		"gid\tuserId\ng\t\"5\"x\n", "gid,userId\n\"g,5\n", "gid,userId\ng,\x00", "gid,userId\ng,\xE9",
		utf16Text("gid,userId\ng,5\n", false), utf16Text("gid,userId\rg,5\r", true), zipped("gid,userId\ng,5\n"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		got := readAs(file, batch.Layout{})
		slow := readThrough(file, batch.Layout{}, iotest.OneByteReader)
		if !slices.Equal(got.rows, slow.rows) || errorText(got.err) != errorText(slow.err) {
			t.Fatalf("%q %v, byte by byte %q %v", got.rows, got.err, slow.rows, slow.err)
		}
		if _, refused := errors.AsType[*batch.Refusal](got.err); got.err != nil && !refused {
			t.Fatalf("an error that is no refusal: %v", got.err)
		}
		if got.err != nil {
			return
		}
		samePlainRows(t, file, got)
		sameReport(t, got)
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// sameReport reads what a report keeps of the rows, with a column of its own.
func sameReport(t *testing.T, got reading) {
	comma := string(got.delimiter)
	report := got.header + comma + "result_line" + got.eol
	for _, own := range got.own {
		report += own + comma + "7" + got.eol
	}
	again := readAs(report, batch.Layout{})
	if again.err != nil {
		t.Fatalf("the report %q: %v", report, again.err)
	}
	if again.header != got.header || !slices.Equal(again.own, got.own) {
		t.Fatalf("the report %q comes back as %q %q", report, again.header, again.own)
	}
	for i, row := range got.rows {
		_, want, _ := strings.Cut(row, " ")
		_, have, _ := strings.Cut(again.rows[i], " ")
		if want != have && want != "bad_row" { // whose cells are in order now
			t.Fatalf("row %q, in the report %q", row, again.rows[i])
		}
	}
}

// samePlainRows compares with a reading that knows nothing of blocks and fast
// paths, of a file that begins with its header.
func samePlainRows(t *testing.T, file string, got reading) {
	file = strings.TrimPrefix(file, "\uFEFF")
	if !utf8.ValidString(file) || !strings.HasPrefix(file, "gid") || strings.ContainsRune(file, 0x1A) {
		return
	}
	plain := plainRecords(file, got.delimiter)
	header, plain := plain[0], slices.DeleteFunc(plain[1:], plainRecord.blank)
	if len(plain) != len(got.rows) {
		t.Fatalf("%d rows, plainly %d", len(got.rows), len(plain))
	}
	for i, record := range plain {
		if line, _, _ := strings.Cut(got.rows[i], " "); line != fmt.Sprint(record.line) {
			t.Fatalf("row %q, plainly in line %d", got.rows[i], record.line)
		}
		if strings.Contains(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(file)), "result") {
			continue // perhaps columns of ours
		}
		want := append(record.cells, make([]string, len(header.cells))...)[:len(header.cells)]
		if have := standardCells(t, got.own[i], got.delimiter); !slices.Equal(have, want) {
			t.Fatalf("cells %q, plainly %q", have, want)
		}
	}
}

// standardCells is a row as others read it. They make each CRLF an LF.
func standardCells(t *testing.T, row string, delimiter byte) []string {
	r := csv.NewReader(strings.NewReader(row))
	r.Comma = rune(delimiter)
	cells, err := r.Read()
	if err != nil {
		t.Fatalf("row %q: %v", row, err)
	}
	return cells
}

type plainRecord struct {
	line  int
	cells []string
}

func (r plainRecord) blank() bool {
	hidden := func(c rune) bool { return unicode.IsSpace(c) || len(batch.Trim([]byte(string(c)))) == 0 }
	return strings.TrimFunc(strings.Join(r.cells, ""), hidden) == ""
}

func plainRecords(text string, delimiter byte) (all []plainRecord) {
	eol := byte('\r')
	if strings.Contains(text, "\n") {
		eol = '\n'
		text = strings.ReplaceAll(strings.TrimSuffix(text, "\r"), "\r\n", "\n")
	}
	text = strings.TrimSuffix(text, string(eol)) + string(eol)
	line, begun, quoted, start := 1, 1, false, 0
	var cells []string
	for i := range len(text) {
		c := text[i]
		if c == '"' && (i == start || quoted) {
			quoted = !quoted
		} else if c == '"' && text[start] == '"' && text[i-1] == '"' {
			quoted = true
		}
		if !quoted && (c == delimiter || c == eol) {
			cell := text[start:i]
			if strings.HasPrefix(cell, `"`) {
				cell = strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
			}
			cells, start = append(cells, cell), i+1
		}
		if c == eol {
			line++
			if !quoted {
				all, cells, begun = append(all, plainRecord{begun, cells}), nil, line
			}
		}
	}
	return all
}
