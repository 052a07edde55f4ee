package batch_test

import (
	"io"
	"strings"
	"testing"

	"ibremove/batch"
)

// TestBadRowStaysBad: a row whose surplus cells the report could not keep looks
// well in a failure report, and must not be sent for that.
func TestBadRowStaysBad(t *testing.T) {
	const file = "gid,userId,result_line,result_status,result_code,result_message\n" +
		"g1,70000000001,7,invalid,bad_row,\"3 cells, the header has 2: also \"\"x\"\"\"\n" +
		"g1,70000000002,8,invalid,,\n" +
		"g1,70000000003,9,invalid,bad_user_id,corrected since\n"
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
	want := []string{`bad_row 3 cells, the header has 2: also "x"; correct the row, then empty its result_code`, " ", " "}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("faults:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
