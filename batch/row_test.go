package batch_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"ibremove/batch"
)

func TestFaults(t *testing.T) {
	long := strings.Repeat("9", 50)
	for row, want := range map[string]batch.Fault{
		"g,5,n":               {},
		"g,5,n,, ,":           {},
		"g,5":                 {Code: "bad_row", Message: "too few cells: 2, the header has 3"},
		"g":                   {Code: "bad_row", Message: "too few cells: 1, the header has 3"},
		" .. ":                {Code: "bad_row", Message: `too few cells: 1, the header has 3; gid "..": would lead out of the endpoint's path`},
		"g,+5":                {Code: "bad_row", Message: `too few cells: 2, the header has 3; user id "+5": a plus sign in front; give the digits alone`},
		"g,5,n,x":             {Code: "bad_row", Message: `4 cells, the header has 3: also "x"`},
		"g,5,n,,\"a\"\"b\"":   {Code: "bad_row", Message: `5 cells, the header has 3: also "", "a\"b"`},
		"g,5,n,1,2,3,4,5,6,7": {Code: "bad_row", Message: `10 cells, the header has 3: also "1", "2", "3", "4", "5", "6", "7"`},
		",5,n":                {Code: "bad_gid", Message: `gid "": empty`},
		"a b,5,n":             {Code: "bad_gid", Message: `gid "a b": only A-Z a-z 0-9 _ - = . ~ + / % may stand in a gid`},
		"g, 3.47583E+14,n":    {Code: "bad_user_id", Message: `user id "3.47583E+14": digits lost by a spreadsheet; take the id from the source system`},
		"g,=\"123\",n":        {Code: "bad_user_id", Message: `user id "=\"123\"": a spreadsheet formula; give the digits alone`},
		"g,\uFF15,n":          {Code: "bad_user_id", Message: "user id \"\uFF15\": digits of another script or width; give them as ASCII 0-9"},
		"g,\"1\n2\",n":        {Code: "bad_user_id", Message: `user id "1\n2": a line break inside; one id for each row`},
		"g," + long + ",n":    {Code: "bad_user_id", Message: `user id "` + long[:40] + `"…: larger than any user id (int64)`},
		"é,0,n,x":             {Code: "bad_row", Message: `4 cells, the header has 3: also "x"; gid "é": only A-Z a-z 0-9 _ - = . ~ + / % may stand in a gid; user id "0": zero is no user id`},
		",0,n":                {Code: "bad_gid", Message: `gid "": empty; user id "0": zero is no user id`},
	} {
		r, err := batch.NewReader(strings.NewReader("gid,userId,note\n"+row+"\n"), batch.Source{HasLF: true}, batch.Layout{})
		if err != nil {
			t.Fatal(err)
		}
		for got, err := range r.Rows() {
			if err != nil {
				t.Fatalf("%q: %v", row, err)
			}
			if got.Fault != want {
				t.Errorf("%q: %+v\n    want %+v", row, got.Fault, want)
			}
			if valid := want.Code == ""; valid != (got.UserID == 5) || !valid && got.UserID != 0 || !valid && got.Warnings != 0 {
				t.Errorf("%q: user id %d, warnings %b", row, got.UserID, got.Warnings)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	const none = batch.Warning(0)
	for row, want := range map[string]batch.Warning{
		"g,347583113330001,n":                                  none,
		"g,347583113330000,n":                                  none, // 15 digits
		"g,3475831133300010,n":                                 batch.WarnRounded,
		"g,3475831133300011,n":                                 none,
		"g,34758311333000100,n":                                batch.WarnRounded,
		"g,34758311333000110,n":                                none,
		"g,3475831133300011000,n":                              batch.WarnRounded,
		"g,68719476736,n":                                      none,
		"g,68719476735,n":                                      batch.WarnNoTenant,
		"g,1250,Total":                                         batch.WarnNoTenant,
		"g,347583113330001,\"a\ng,347583113330002,b\"":         batch.WarnSwallowed,
		"g,347583113330001,\"a\r\ng;347583113330002\"":         batch.WarnSwallowed,
		"g,347583113330001,\"347583113330002\n\"":              batch.WarnSwallowed,
		"g,1250,\"a\ng,347583113330002,b\"":                    batch.WarnSwallowed | batch.WarnNoTenant,
		"g,347583113330001,\"Main St 12\nLondon 34758\"":       none,
		"g,347583113330001,\"x347583113330002\n\"":             none,
		"g,347583113330001,\"g,347583113330002,b\"":            none,
		"g,347583113330001,\"004917112345678\n\"":              none,
		"g,347583113330001,\"571db1f2e4b027c4f055a594\nnext\"": none,
	} {
		got := readAs("gid,userId,note\n"+row+"\n", batch.Layout{})
		if got.err != nil || !slices.Equal(got.warnings, []batch.Warning{want}) {
			t.Errorf("%q: %b, want %b; %v", row, got.warnings, want, got.err)
		}
	}
	if both := batch.WarnSwallowed | batch.WarnNoTenant; !both.Has(batch.WarnNoTenant) || both.Has(batch.WarnRounded) {
		t.Error("Has")
	}
}

// What the report keeps of a row and of the header.
func TestRowComesBack(t *testing.T) {
	tests := []struct{ name, header, row, wantHeader, want string }{
		{"as it was spelled", `"gid";  USER ID;"a;""b"`, "\u00A0g ;\"5\";\"x;\ny\"\"\"", `"gid";  USER ID;"a;""b"`, "\u00A0g ;\"5\";\"x;\ny\"\"\""},
		{"missing cells are empty", "gid,userId,a,b", "g,5", "gid,userId,a,b", "g,5,,"},
		{"surplus cells are dropped", "gid,userId", "g,5,x,y", "gid,userId", "g,5"},
		{"further empty cells are dropped", "gid,userId", "g,5,,", "gid,userId", "g,5"},
		{"a bare quote", `gid,userId,5" x`, `g,5,3" pipe`, `gid,userId,"5"" x"`, `g,5,"3"" pipe"`},
		{"white space and a quote", "gid,userId,a", `g,5, "x"`, "gid,userId,a", `g,5," ""x"""`},
		{"a lone CR", "gid,userId,a", "g,5,x\ry", "gid,userId,a", "g,5,\"x\ry\""},
		{"a CR before CRLF", "gid,userId,a", "g,5,x\r\r", "gid,userId,a", "g,5,\"x\r\""},
		{"result columns go", "result_line,gid,Result_Status,userId,result_http_status,a", "2,g,failed,5,500,n", "gid,userId,a", "g,5,n"},
		{"result columns twice", "gid,result_line,userId,result_line", "g,2,5,3", "gid,userId", "g,5"},
		{"like names stay", "gid,userId,result,my_result_line", "g,5,x,y", "gid,userId,result,my_result_line", "g,5,x,y"},
		{"columns without a name", "gid,userId,,", "g,5,x,", "gid,userId,,", "g,5,x,"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := readAs(tt.header+"\n"+tt.row+"\n", batch.Layout{})
			if got.err != nil || got.header != tt.wantHeader || !slices.Equal(got.own, []string{tt.want}) {
				t.Errorf("%q %q, %v\nwant %q %q", got.header, got.own, got.err, tt.wantHeader, tt.want)
			}
		})
	}
}

// Appending leaves alone what is there.
func TestAppendTo(t *testing.T) {
	r, err := batch.NewReader(strings.NewReader("gid,userId\ng,5\n"), batch.Source{HasLF: true}, batch.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	got := r.Header().AppendTo([]byte("head "))
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		got = row.AppendTo(append(got, '|'))
	}
	if want := "head gid,userId|g,5"; !bytes.Equal(got, []byte(want)) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestStrictPlace: the cell to blame is named by line and column, whatever
// stands in the cells before it.
func TestStrictPlace(t *testing.T) {
	for row, want := range map[string]string{
		"g1,n,12a":              "line 2, column 6: ",
		"g1,\"x\ry\",12a":       "line 2, column 10: ",
		"g1,\"é\nx\",12a":       "line 3, column 4: ",
		"g 1,n,5":               "line 2, column 1: ",
		"g1,n":                  "line 2, column 5: ",
		"g1,n,5,more":           "line 2, column 8: ",
		"g1,\"a\n\nb\",5,\"x\"": "line 4, column 6: ",
	} {
		_, _, err := batch.Check(reader(t, "gid,note,userId\n"+row+"\n"), batch.CheckOptions{Strict: true})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s…", row, err, want)
		}
	}
}
