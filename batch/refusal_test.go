package batch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ibremove/batch"
)

func TestRefusals(t *testing.T) {
	const head = "gid,userId,note\n"
	long := strings.Repeat("x", 64<<10)
	tests := []struct {
		name, file string
		layout     batch.Layout
		want, hint string
	}{
		{"empty", "", batch.Layout{}, "line 1, column 1: no header: the file is empty", "gid,userId"},
		{"a BOM and no more", "\uFEFF", batch.Layout{}, "line 1, column 1: no header: the file is empty", ""},
		{"blank rows and no more", "\n,,\n", batch.Layout{}, "line 3, column 1: no header: the file holds nothing but blank rows", ""},
		{"sep= and no more", "sep=;\n", batch.Layout{}, "line 2, column 1: no header: the file holds nothing but blank rows", ""},
		{"no data row", head, batch.Layout{}, "line 2, column 1: no data row below the header", ""},
		{"blank data rows only", head + ",,\n\n", batch.Layout{}, "line 4, column 1: no data row below the header", ""},

		{"no gid column", "Group,userId\ng,1\n", batch.Layout{}, `line 1, column 1: no gid column; the header has "Group", "userId"`, "--column gid=NAME"},
		{"no userId column", "\ngid;Person;x\ng;1\n", batch.Layout{}, `line 2, column 1: no userId column; the header has "gid", "Person", "x"`, "--column userId=NAME"},
		{"neither", "1;2,3,4\n", batch.Layout{}, `line 1, column 1: no gid column, no userId column; the header has "1;2", "3", "4"`, "--column gid=NAME --column userId=NAME"},
		{"no column for --column", head, batch.Layout{GIDColumn: "Wall"}, `line 1, column 1: no column "Wall" (--column gid=); the header has "gid", "userId", "note"`, ""},
		{"gid twice", "gid,userId,Group ID\n", batch.Layout{}, `line 1, column 12: more than one column for the gid: "gid", "Group ID"`, "--column gid=NAME"},
		{"userId twice", "gid,userId,UID\n", batch.Layout{}, `line 1, column 12: more than one column for the userId: "userId", "UID"`, "--column userId=NAME"},
		{"--column named twice", "gid,userId,a,A\n", batch.Layout{GIDColumn: "a"}, `line 1, column 14: more than one column for the gid: "a", "A"`, ""},
		{"one column for both", "gid,userId\n", batch.Layout{UserIDColumn: "gid"}, `line 1, column 1: one column for gid and userId: "gid"`, "--column gid=NAME --column userId=NAME"},
		{"--gid and a gid column", head, batch.Layout{GID: "g"}, `line 1, column 1: --gid is given, and the file has a gid column too: "gid"`, "leave --gid out"},
		{"--gid and no userId column", "id\n5\n", batch.Layout{GID: "g"}, `line 1, column 1: no userId column; the header has "id"`, "--column userId=NAME"},
		{"--gid that is none", "uid\n5\n", batch.Layout{GID: "a b"}, `--gid "a b": only A-Z a-z 0-9 _ - = . ~ + / % may stand in a gid`, ""},
		{"--gid and --column gid=", "uid\n5\n", batch.Layout{GID: "g", GIDColumn: "x"}, "--gid and --column gid=NAME contradict each other", ""},
		{"a report of a --gid run", "userId,result_line,result_status,result_code\n5,2,failed,x\n", batch.Layout{}, `line 1, column 1: no gid column; the header has "userId"`, "this is a report of a run with --gid or --column: give the same flag again, --column gid=NAME or --gid GROUP"},
		{"sep= names no delimiter", "sep=^\n" + head, batch.Layout{}, `line 1, column 1: the line sep= names "^" as the delimiter`, "semicolon"},
		{"sep= names another delimiter than the header", "sep=;\n" + head, batch.Layout{}, `line 2, column 1: no gid column, no userId column; the header has "gid,userId,note"`, ""},

		{"invalid UTF-8", head + "g,1,ab\xE9c\n", batch.Layout{}, "line 2, column 7, byte offset 22: invalid UTF-8", "UTF-8"},
		{"invalid UTF-8, columns are characters", "\uFEFF" + head + "g,1,é\xFF\n", batch.Layout{}, "line 2, column 6, byte offset 25: invalid UTF-8", ""},
		{"invalid UTF-8 behind the first block", head + strings.Repeat("g,1,x\n", 100000) + "g,\xFF\n", batch.Layout{}, "line 100002, column 3, byte offset 600018: invalid UTF-8", ""},
		{"invalid UTF-8 in the header", "gid,userId,\xE9\n", batch.Layout{}, "line 1, column 12, byte offset 11: invalid UTF-8", ""},
		{"invalid UTF-8 in quotes", head + "g,1,\"a\n\xC3(\"\n", batch.Layout{}, "line 3, column 1, byte offset 23: invalid UTF-8", ""},
		{"a cut character at the end", head + "g,1,\xC3", batch.Layout{}, "line 2, column 5, byte offset 20: invalid UTF-8", ""},
		{"a surrogate in UTF-8", head + "g,1,\xED\xA0\x80\n", batch.Layout{}, "line 2, column 5, byte offset 20: invalid UTF-8", ""},
		{"NUL", head + "g,1,a\x00\n", batch.Layout{}, "line 2, column 6, byte offset 21: a NUL byte", ""},
		{"NUL before invalid UTF-8", head + "g,1,a\x00\xFF\n", batch.Layout{}, "line 2, column 6, byte offset 21: a NUL byte", ""},
		{"NUL behind invalid UTF-8", head + "g,1,\xFF\x00\n", batch.Layout{}, "line 2, column 5, byte offset 20: invalid UTF-8", ""},
		{"NUL in a lone CR file", "gid,userId\rg,1\rg,\x00\r", batch.Layout{}, "line 3, column 3, byte offset 17: a NUL byte", ""},
		{"NUL in UTF-16", utf16Text(head+"g,1,\x00\n", true), batch.Layout{}, "line 2, column 5: a NUL byte", ""},
		{"half a pair", utf16Text(head, false) + "g\x00\x3D\xD8,\x00", batch.Layout{}, "line 2, column 2, byte offset 36: invalid UTF-16: 0xD83D is half a character", ""},
		{"the other half", utf16Text(head, false) + "\x00\xDE\n\x00", batch.Layout{}, "line 2, column 1, byte offset 34: invalid UTF-16: 0xDE00 is half a character", ""},
		{"half a pair at the end", utf16Text(head, false) + "g\x00\x3D\xD8", batch.Layout{}, "line 2, column 2, byte offset 36: invalid UTF-16: 0xD83D is half a character", ""},
		{"UTF-16 of an odd length", utf16Text(head, false) + "g\x00,", batch.Layout{}, "line 2, column 2, byte offset 36: the UTF-16 text ends in half a character", ""},
		{"UTF-16 without BOM", utf16Text(head, false)[2:], batch.Layout{}, "line 1, column 1: the file seems to be UTF-16 without a byte order mark", "UTF-8"},
		{"UTF-16 BE without BOM", utf16Text(head, true)[2:], batch.Layout{}, "line 1, column 1: the file seems to be UTF-16 without a byte order mark", "UTF-8"},
		{"UTF-32 LE", "\xFF\xFE\x00\x00g\x00\x00\x00", batch.Layout{}, "line 1, column 1: the file is UTF-32", "UTF-8"},
		{"UTF-32 BE", "\x00\x00\xFE\xFF\x00\x00\x00g", batch.Layout{}, "line 1, column 1: the file is UTF-32", "UTF-8"},

		{"a quote that never closes", head + "g,1,x\ng,2,\"abc\ng,3,y\n", batch.Layout{}, "line 3, column 5: the quote that opens here never closes", "stray quote"},
		{"a quote that never closes, with a doubled one", head + "g,2,\"abc\"\"\n", batch.Layout{}, "line 2, column 5: the quote that opens here never closes", ""},
		{"a quote that never closes in the header", "gid,userId,\"note\ng,1,x\n", batch.Layout{}, "line 1, column 12: the quote that opens here never closes", ""},
		{"text after a closing quote", head + "g,1,\"é\" x\n", batch.Layout{}, "line 2, column 8: text after a closing quote", "opens in line 2, column 5"},
		{"text after a closing quote lines below", head + "g,1,\"a\ng,2,\"b\"\n", batch.Layout{}, "line 3, column 6: text after a closing quote", "opens in line 2, column 5"},
		{"text after a closing quote in the header", "\"gid\";\"userId\"x;\"note\"\n", batch.Layout{}, "line 1, column 15: text after a closing quote", ""},
		{"lone CR after a closing quote", head + "g,1,\"a\"\rb\n", batch.Layout{}, "line 2, column 8: text after a closing quote", ""},
		{"a long field", head + "g,1," + long + "x\n", batch.Layout{}, "line 2, column 5: the field that begins here is over 64 KiB", ""},
		{"a long field of a last line", head + "g,1," + long + "x", batch.Layout{}, "line 2, column 5: the field that begins here is over 64 KiB", ""},
		{"a long quoted field", head + "g,1,\"" + long + "x\"\n", batch.Layout{}, "line 2, column 5: the quoted field that opens here is over 64 KiB: is its closing quote missing?", "quote"},
		{"a stray quote that swallows a long file", head + "g,1,\"x\n" + strings.Repeat("g,2,y\n", 100000), batch.Layout{}, "line 2, column 5: the quoted field that opens here is over 64 KiB: is its closing quote missing?", ""},
		{"a long row", head + "g,1" + strings.Repeat(",\""+long+"\"", 600), batch.Layout{}, "line 2, column 1: a row of more than 16 MiB", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := readAs(tt.file, tt.layout)
			r, ok := errors.AsType[*batch.Refusal](got.err)
			if !ok {
				t.Fatalf("error %v, want a refusal", got.err)
			}
			if r.Error() != tt.want {
				t.Errorf("refused: %s\n    want: %s", r, tt.want)
			}
			if !strings.Contains(r.Hint, tt.hint) {
				t.Errorf("hint %q, want %q in it", r.Hint, tt.hint)
			}
		})
	}
}

// What is just short of a refusal.
func TestNoRefusal(t *testing.T) {
	long := strings.Repeat("x", 64<<10)
	for name, file := range map[string]string{
		"the longest field":                          "gid,userId,note\ng,1," + long + "\n",
		"the longest field, CRLF":                    "gid,userId,note\r\ng,1," + long + "\r\n",
		"the longest field of a last line":           "gid,userId,note\ng,1," + long,
		"the longest quoted field":                   "gid,userId,note\ng,1,\"" + long + "\"\n",
		"the longest quoted field, all quotes":       "gid,userId,note\ng,1,\"" + strings.ReplaceAll(long, "x", `""`) + "\"\n",
		"more long fields than a block":              "gid,userId,note" + strings.Repeat(",x", 9) + "\ng,1" + strings.Repeat(","+long, 10) + "\n",
		"a quoted field that ends with the file":     "gid,userId,note\ng,1,\"x\"",
		"a quoted field that ends in a cut CRLF":     "gid,userId,note\ng,1,\"x\"\r",
		"a quoted field before a Ctrl-Z":             "gid,userId,note\ng,1,\"x\"\x1A",
		"U+FFFD that stands in the file as it is":    "gid,userId,note\ng,1,\uFFFD\n",
		"white space and a quote: a plain character": "gid,userId,note\ng,1, \"x\n",
	} {
		if got := readAs(file, batch.Layout{}); got.err != nil || len(got.rows) != 1 || got.rows[0] != "2 g 1" {
			t.Errorf("%s: %q, %v", name, got.rows, got.err)
		}
	}
}

// A report that names more runs than are looked at is refused: one of them may
// be an undo's, or on another pod.
func TestTooManyRuns(t *testing.T) {
	file := "gid,userId,result_status,result_run_id\n"
	for i := range 101 {
		file += fmt.Sprintf("g,%d,failed,run-%d\n", i+1, i)
	}
	_, _, err := batch.Check(reader(t, file), batch.CheckOptions{})
	if want := "line 102, column 1: the file names more than 100 runs in result_run_id"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A stray quote in the header swallows rows as well as one below it.
func TestHeaderThatSwallowedRows(t *testing.T) {
	_, census := check(t, "gid,userId,\"n\ng,347583113330001,x\ng,347583113330002,\"\ng,347583113330003,y\n", batch.CheckOptions{})
	if census.Swallowed.Count != 1 || census.Swallowed.First[0] != 1 {
		t.Errorf("%+v", census.Swallowed)
	}
}
