package batch_test

import (
	"io"
	"strings"
	"testing"

	"ibremove/batch"
)

// TestBadRowStaysBad: a row whose surplus cells the report could not keep looks
// well in a failure report, and must not be sent for that. One whose missing
// cell was filled in is well.
func TestBadRowStaysBad(t *testing.T) {
	const file = "gid,userId,name,result_line,result_status,result_code,result_message\n" +
		"g1,70000000001,n,7,invalid,bad_row,\"4 cells, the header has 3: also \"\"x\"\"\"\n" +
		"g1,70000000002,n,8,invalid,,\n" +
		"g1,70000000003,n,9,invalid,bad_user_id,corrected since\n" +
		"g1,70000000004,filled in,10,invalid,bad_row,\"too few cells: 2, the header has 3\"\n" +
		"g1,70000000006,n,12,invalid,bad_row,too few cells: -5\n" +
		"g1,70000000005,,11,invalid,bad_row,\"too few cells: 2, the header has 3\"\n"
	source, err := batch.Snapshot(io.Discard, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r, err := batch.NewReader(strings.NewReader(file), source, batch.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row.Fault.Code+" "+row.Fault.Message)
	}
	want := []string{`bad_row 4 cells, the header has 3: also "x"; correct the row, then empty its result_code`, " ", " ", " ",
		"bad_row too few cells: -5; correct the row, then empty its result_code",
		"bad_row too few cells: 2, the header has 3; correct the row, then empty its result_code"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("faults:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
