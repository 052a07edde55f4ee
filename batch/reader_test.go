package batch_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"ibremove/batch"
)

// reading is all that a file's reader tells.
type reading struct {
	header    string // as the report keeps it
	delimiter byte
	eol       string
	blank     int
	isReport  bool
	rows      []string // told by rowText
	own       []string // the rows as the report keeps them
	warnings  []batch.Warning
	priors    []batch.Prior
	err       error
}

// readAs reads a file the way the program does: a snapshot first.
func readAs(file string, l batch.Layout) reading {
	return readThrough(file, l, func(r io.Reader) io.Reader { return r })
}

func readThrough(file string, l batch.Layout, through func(io.Reader) io.Reader) (got reading) {
	var held bytes.Buffer
	source, err := batch.Snapshot(&held, strings.NewReader(file))
	if err != nil {
		return reading{err: err}
	}
	r, err := batch.NewReader(through(&held), source, l)
	if err != nil {
		return reading{err: err}
	}
	h := r.Header()
	got.header, got.delimiter, got.eol, got.isReport = string(h.AppendTo(nil)), h.Delimiter, h.EOL(), h.IsReport
	for row, err := range r.Rows() {
		if err != nil {
			got.err = err
			break
		}
		got.rows = append(got.rows, rowText(row))
		got.own = append(got.own, string(row.AppendTo(nil)))
		got.warnings = append(got.warnings, row.Warnings)
		if row.Prior != nil {
			got.priors = append(got.priors, *row.Prior)
		}
	}
	got.blank = r.Blank()
	return got
}

// rowText is "line gid userId" of a row that is sent, "line code" of another.
func rowText(row *batch.Row) string {
	if row.Fault.Code != "" {
		return fmt.Sprintf("%d %s", row.Line, row.Fault.Code)
	}
	return fmt.Sprintf("%d %s %d", row.Line, row.GID, row.UserID)
}

func TestReaderFormats(t *testing.T) {
	const (
		user = "347583113330001"
		lf   = "gid,userId,note\ng1,347583113330001,x\ng2,347583113330002,y\n"
		rows = "2 g1 347583113330001|3 g2 347583113330002"
	)
	swap := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(lf) }
	tests := []struct {
		name, file, rows string
		layout           batch.Layout
		blank            int
		header, eol      string // "": not looked at
	}{
		{"comma and LF", lf, rows, batch.Layout{}, 0, "gid,userId,note", "\n"},
		{"BOM", "\uFEFF" + lf, rows, batch.Layout{}, 0, "\uFEFFgid,userId,note", "\n"},
		{"semicolon", swap(",", ";"), rows, batch.Layout{}, 0, "gid;userId;note", "\n"},
		{"tab", swap(",", "\t"), rows, batch.Layout{}, 0, "gid\tuserId\tnote", "\n"},
		{"tabs around the names", swap("gid", "\tgid\t", "userId", "\tuserId\t"), rows, batch.Layout{}, 0, "\tgid\t,\tuserId\t,note", "\n"},
		{"pipe", swap(",", "|"), rows, batch.Layout{}, 0, "gid|userId|note", "\n"},
		{"CRLF", swap("\n", "\r\n"), rows, batch.Layout{}, 0, "gid,userId,note", "\r\n"},
		{"lone CR", swap("\n", "\r"), rows, batch.Layout{}, 0, "gid,userId,note", "\r"},
		{"no last line end", strings.TrimSuffix(lf, "\n"), rows, batch.Layout{}, 0, "", "\n"},
		{"cut CRLF at the end", strings.TrimSuffix(swap("\n", "\r\n"), "\n"), rows, batch.Layout{}, 0, "", "\r\n"},
		{"all quoted", "\"gid\",\"userId\"\n\"g1\",\"" + user + "\"\n", "2 g1 " + user, batch.Layout{}, 0, `"gid","userId"`, "\n"},
		{"UTF-16 LE", utf16Text(lf, false), rows, batch.Layout{}, 0, "\uFEFFgid,userId,note", "\n"},
		{"UTF-16 BE, CRLF", utf16Text(swap("\n", "\r\n"), true), rows, batch.Layout{}, 0, "\uFEFFgid,userId,note", "\r\n"},
		{"UTF-16, lone CR, U+0A0A is no LF", utf16Text(swap("\n", "\r", "x", "\u0A0A\u010A"), false), rows, batch.Layout{}, 0, "", "\r"},
		{"UTF-16, a pair", utf16Text(swap("x", "😀"), false), rows, batch.Layout{}, 0, "", ""},
		{"final Ctrl-Z", lf + "\x1A", rows, batch.Layout{}, 0, "", ""},
		{"final Ctrl-Z behind an id", "note,gid,userId\nx,g1," + user + "\x1A", "2 g1 " + user, batch.Layout{}, 0, "", ""},
		{"final Ctrl-Z before the line end", "note,gid,userId\nx,g1," + user + "\x1A\r\n", "2 g1 " + user, batch.Layout{}, 0, "", ""},
		{"final Ctrl-Z in UTF-16", utf16Text(lf+"\x1A", false), rows, batch.Layout{}, 0, "", ""},
		{"a Ctrl-Z further up stays", "gid,userId\ng1,1\x1A\ng1,2\n", "2 bad_user_id|3 g1 2", batch.Layout{}, 0, "", ""},

		{"sep= line", "sep=;\n" + swap(",", ";"), "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 0, "sep=;\ngid;userId;note", "\n"},
		{"SEP= line behind a BOM", "\uFEFFSEP=,\r\n" + swap("\n", "\r\n"), "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 0, "\uFEFFSEP=,\r\ngid,userId,note", "\r\n"},
		{"sep= tab", "sep=\t\n" + swap(",", "\t"), "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 0, "", ""},
		{"sep= line with a space", "sep= ;\n" + swap(",", ";"), "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 0, "", ""},
		{"sep= line quoted", "\"sep=,\"\n" + lf, "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 0, "\"sep=,\"\ngid,userId,note", "\n"},
		{"sep= line quoted and filled up", "\"sep=,\",,\n" + lf, "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 0, "", ""},
		{"sep=; re-saved with commas", "sep=;,,\n" + lf, "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 0, "", ""},
		{"sep= wins over what occurs more often", "sep=;\ngid;userId;a,b,c,d,e\ng1;5;x\n", "3 g1 5", batch.Layout{}, 0, "", ""},
		{"the delimiter under which the columns are found", "userId;gid;a,b,c,d,e\n5;g1;x\n", "2 g1 5", batch.Layout{}, 0, "", ""},

		{"blank rows", "\n , ,\u00A0\n\n" + lf + "\n,,\n\"\",\"\",\" \"\n\t\n", "5 g1 347583113330001|6 g2 347583113330002", batch.Layout{}, 7, "gid,userId,note", ""},
		{"blank rows of other white space", "gid,userId\n\v\n\"\n\",\u2003\ng1,5\n", "5 g1 5", batch.Layout{}, 2, "", ""},
		{"blank rows under another delimiter, before the header", ";;;\n" + lf, "3 g1 347583113330001|4 g2 347583113330002", batch.Layout{}, 1, "", ""},
		{"blank rows with cells beyond the header", "gid,userId\n,,,,\ng1,5\n", "3 g1 5", batch.Layout{}, 1, "", ""},

		{"known names", "IB Group-ID,U_I_D\ng1,5\n", "2 g1 5", batch.Layout{}, 0, "IB Group-ID,U_I_D", ""},
		{"known names, quoted, trimmed", "\"\u200B group\u00A0id\",\" User Id\uFEFF\"\ng1,5\n", "2 g1 5", batch.Layout{}, 0, "", ""},
		{"a header over two lines", "\"group\nid\",userId\ng1,5\n", "3 g1 5", batch.Layout{}, 0, "\"group\nid\",userId", ""},
		{"--gid", "userId\n5\n\n6", "2 g7 5|4 g7 6", batch.Layout{GID: " g7 "}, 1, "userId", ""},
		{"--gid, no delimiter: comma", "uid\n5,\n5;\n", "2 g7 5|3 bad_user_id", batch.Layout{GID: "g7"}, 0, "", ""},
		{"--column", "gid,Wall,Person,userId\ng1,g2,5,6\n", "2 g2 5", batch.Layout{GIDColumn: "wall", UserIDColumn: "PER-SON"}, 0, "", ""},
		{"--column finds the delimiter", "wall;person;a,b,c,d\ng2;5;x\n", "2 g2 5", batch.Layout{GIDColumn: "wall", UserIDColumn: "person"}, 0, "", ""},

		{"ids are trimmed", "gid,userId\n\u3000g1\u202F\r,\u200F\u202A5\u2060\t\n", "2 g1 5", batch.Layout{}, 0, "", ""},
		{"a quote within an unquoted cell", "gid,userId,note\ng1,5,5\" pipe\ng1,6, \"x\"\n", "2 g1 5|3 g1 6", batch.Layout{}, 0, "", ""},
		{"lines are counted across quoted line ends", "gid,userId,note\r\ng1,5,\"a\r\nb\nc\rd\"\r\ng1,6,\r\n", "2 g1 5|5 g1 6", batch.Layout{}, 0, "", "\r\n"},
		{"lines are counted across quoted lone CRs", "gid,userId,note\rg1,5,\"a\rb\"\rg1,6,\r", "2 g1 5|4 g1 6", batch.Layout{}, 0, "", "\r"},
		{"a lone CR in a file with LF is data", "gid,userId\ng1,5\r6\ng1,7\r\n", "2 bad_user_id|3 g1 7", batch.Layout{}, 0, "", ""},
		{"doubled quotes", "gid,userId\n\"g1\",\"5\"\n\"g\"\"\",5\n", "2 g1 5|3 bad_gid", batch.Layout{}, 0, "", ""},
		{"further empty cells", "gid,userId\ng1,5,, \n", "2 g1 5", batch.Layout{}, 0, "", ""},
		{"the delimiter in quotes", "gid,userId,note\ng1,5,\"a,b\"\n", "2 g1 5", batch.Layout{}, 0, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, through := range readers {
				got := readThrough(tt.file, tt.layout, through)
				if got.err != nil {
					t.Fatalf("%s: %v", name, got.err)
				}
				if rows := strings.Join(got.rows, "|"); rows != tt.rows {
					t.Errorf("%s: rows %q, want %q", name, rows, tt.rows)
				}
				if got.blank != tt.blank {
					t.Errorf("%s: %d blank rows, want %d", name, got.blank, tt.blank)
				}
				if tt.header != "" && got.header != tt.header {
					t.Errorf("%s: header %q, want %q", name, got.header, tt.header)
				}
				if tt.eol != "" && got.eol != tt.eol {
					t.Errorf("%s: line end %q, want %q", name, got.eol, tt.eol)
				}
			}
		})
	}
}

// readers are ways in which the same bytes may arrive.
var readers = map[string]func(io.Reader) io.Reader{
	"at once":      func(r io.Reader) io.Reader { return r },
	"byte by byte": iotest.OneByteReader,
	"data and EOF": iotest.DataErrReader,
}

// Rows that lie across the blocks in which a file is read.
func TestReaderLongFile(t *testing.T) {
	var file strings.Builder
	file.WriteString("gid,userId,note\n")
	long := strings.Repeat("é", 30000)
	const n = 3000
	for i := 1; i <= n; i++ {
		switch i % 500 {
		case 1:
			fmt.Fprintf(&file, "g,%d,%s\n", i, long)
		case 2:
			fmt.Fprintf(&file, "g,%d,\"%s\"\n", i, long)
		default:
			fmt.Fprintf(&file, "g,%d,%s\n", i, strings.Repeat("日本", i%97))
		}
	}
	for name, through := range readers {
		got := readThrough(file.String(), batch.Layout{}, through)
		if got.err != nil || len(got.rows) != n {
			t.Fatalf("%s: %d rows, %v", name, len(got.rows), got.err)
		}
		for i, row := range got.rows {
			if want := fmt.Sprintf("%d g %d", i+2, i+1); row != want {
				t.Fatalf("%s: row %q, want %q", name, row, want)
			}
		}
		if whole := got.header + "\n" + strings.Join(got.own, "\n") + "\n"; whole != file.String() {
			t.Errorf("%s: the cells do not come back unchanged", name)
		}
	}
}

const block = 256 << 10 // bytes that are read at a time

// A block of the file may end within a line end, a doubled quote, a character,
// and behind a Ctrl-Z that is not the final one.
func TestReaderBlockEnds(t *testing.T) {
	for _, row := range []string{"g,5,\"x\"\"\"", "g,5,日本", "g,5,x\x1A"} {
		const long, short = 260, 100 // rows
		for shift := range len(row) + len("\r\n") {
			file := "gid,userId,a" + strings.Repeat(" ", shift) + "\r\n" +
				strings.Repeat("g,4,"+strings.Repeat("y", 1000)+"\r\n", long) +
				strings.Repeat(row+"\r\n", short)
			file += strings.Repeat(row+"\r\n", max(0, block-len(file))/len(row)+short) + "g,6,\r\n"
			got := readAs(file, batch.Layout{})
			n := len(got.rows) - 1
			if got.err != nil || n < long+2*short || got.rows[n] != fmt.Sprintf("%d g 6", n+2) {
				t.Fatalf("%q shifted by %d: %d rows, %v", row, shift, len(got.rows), got.err)
			}
			if i := slices.IndexFunc(got.own[long:n], func(own string) bool { return own != row }); i >= 0 {
				t.Fatalf("%q shifted by %d: row %d is %q", row, shift, i, got.own[long+i])
			}
		}
	}
}

// The final Ctrl-Z and what follows it may be a block of their own.
func TestReaderCtrlZAtBlockEnd(t *testing.T) {
	for _, end := range []string{"\x1A", "\x1A\n", "\x1A\r", "\x1A\r\n"} {
		for size := block; size < block+len(end); size++ {
			file := "note,gid,userId\n"
			for len(file) < size-2000 {
				file += strings.Repeat("x", 1000) + ",g,5\n"
			}
			file += strings.Repeat("x", size-len(file)-len(",g,6"+end)) + ",g,6" + end
			got := readAs(file, batch.Layout{})
			if n := len(got.rows); got.err != nil || !strings.HasSuffix(got.rows[n-1], " g 6") {
				t.Fatalf("%q at byte %d: %q, %v", end, size, got.rows[n-1], got.err)
			}
		}
	}
}

// A read error is the last pair, wherever it occurs, and no end of input.
func TestReaderReadError(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, cause := range []error{broken, io.ErrUnexpectedEOF} {
		for _, file := range []string{"", "gid,us", "gid,userId\n", "gid,userId\ng1,5\ng1", "gid,userId\ng1,5\n", "gid,userId\ng1,5\n\"g", utf16Text("gid,userId\ng1,5\n", false), strings.Repeat("gid,userId\ng1,5\n", 50), utf16Text(strings.Repeat("gid,userId\ng1,5\n", 50), false)} {
			src := io.MultiReader(strings.NewReader(file), iotest.ErrReader(cause))
			err := readRows(src, batch.Source{HasLF: true})
			if !errors.Is(err, cause) {
				t.Errorf("%q, %v: error %v", file, cause, err)
			}
			if r := (*batch.Refusal)(nil); errors.As(err, &r) {
				t.Errorf("%q: the file is blamed: %v", file, err)
			}
		}
	}
}

func readRows(src io.Reader, s batch.Source) error {
	r, err := batch.NewReader(src, s, batch.Layout{})
	if err != nil {
		return err
	}
	for _, err = range r.Rows() {
	}
	return err
}

// Who stops early is not called again.
func TestReaderStops(t *testing.T) {
	r, err := batch.NewReader(strings.NewReader("gid,userId\ng1,5\ng1,6\n"), batch.Source{HasLF: true}, batch.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range r.Rows() {
		if err != nil || row.UserID != 5 {
			t.Fatalf("the first row: %v, %v", row, err)
		}
		break
	}
	for row, err := range r.Rows() {
		if err != nil || row.UserID != 6 {
			t.Fatalf("the next row: %v, %v", row, err)
		}
	}
}

func utf16Text(s string, bigEndian bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\uFEFF" + s)) {
		if bigEndian {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}
