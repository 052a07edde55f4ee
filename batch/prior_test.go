package batch_test

import (
	"slices"
	"strings"
	"testing"

	"ibremove/batch"
)

func TestPrior(t *testing.T) {
	head := "gid,userId," + strings.Join(slices.Collect(func(yield func(string) bool) {
		for _, name := range batch.ResultColumns() {
			if !yield(name) {
				return
			}
		}
	}), ",") + "\n"
	const at, id = "2026-09-30T02:00:00Z", "20260930T020000Z-1f2e3d4c"
	tests := []struct {
		name, cells string
		want        batch.Prior
	}{
		{"failed", "7,failed,http_400,no,400,2," + at + "," + id, batch.Prior{Line: 7, Status: batch.Failed, Known: true, Code: "http_400", Message: "no", HTTPStatus: "400", Attempts: "2", At: at, RunID: id}},
		{"restored", "7,restored,ok,,200,1," + at + ",undo-" + id, batch.Prior{Line: 7, Status: batch.Removed, Known: true, Code: "ok", HTTPStatus: "200", Attempts: "1", At: at, RunID: "undo-" + id, Restored: true}},
		{"not sent", "7,not_sent,stopped,,,0,," + id, batch.Prior{Line: 7, Status: batch.NotSent, Known: true, Code: "stopped", Attempts: "0", RunID: id}},
		{"white space from a spreadsheet", " 7, unknown ,\u00A0timeout, two words ,,1 ," + at + " ," + id + " ", batch.Prior{Line: 7, Status: batch.Unknown, Known: true, Code: "timeout", Message: " two words ", Attempts: "1", At: at, RunID: id}},
		{"guarded", "7,failed,pod_message,'=cmd(),200,1," + at + "," + id, batch.Prior{Line: 7, Status: batch.Failed, Known: true, Code: "pod_message", Message: "=cmd()", HTTPStatus: "200", Attempts: "1", At: at, RunID: id}},
		{"an apostrophe of the pod's own", "7,failed,pod_message,'tis so,200,1," + at + "," + id, batch.Prior{Line: 7, Status: batch.Failed, Known: true, Code: "pod_message", Message: "'tis so", HTTPStatus: "200", Attempts: "1", At: at, RunID: id}},
		{"quoted", `"7","failed","pod_message","a ""b"", c","200","1","` + at + `","` + id + `"`, batch.Prior{Line: 7, Status: batch.Failed, Known: true, Code: "pod_message", Message: `a "b", c`, HTTPStatus: "200", Attempts: "1", At: at, RunID: id}},
		{"emptied", ",,,,,,,", batch.Prior{}},
		{"no line, no status", "-7,Removed?,,,,,,", batch.Prior{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			other := "g,4,1,removed,ok,m,200,9,t,r\n" // must leave no trace in the next row
			got := readAs(head+other+"g,5,"+tt.cells+"\n", batch.Layout{})
			if got.err != nil || !got.isReport || len(got.priors) != 2 {
				t.Fatalf("%+v", got)
			}
			if got.priors[1] != tt.want {
				t.Errorf("%+v\nwant %+v", got.priors[1], tt.want)
			}
		})
	}
}

func TestPriorGuards(t *testing.T) {
	for cell, want := range map[string]string{
		"'=1": "=1", "'+1": "+1", "'-1": "-1", "'@x": "@x", "\"'\tx\"": "\tx", "\"'\rx\"": "\rx",
		"'": "'", "''=1": "''=1", "=1": "=1", "'x": "'x",
	} {
		got := readAs("gid,userId,result_line,result_status,result_code,result_message\ng,5,2,failed,x,"+cell+"\n", batch.Layout{})
		if got.err != nil || got.priors[0].Message != want {
			t.Errorf("%q: %+v, want %q; %v", cell, got.priors, want, got.err)
		}
	}
}

// A report is known by its columns, in any order, however they are spelled.
func TestIsReport(t *testing.T) {
	for header, want := range map[string]bool{
		"gid,userId":               false,
		"gid,userId,result":        false,
		"gid,userId,result_status": true, // who takes out a column does not make it another file
		"gid,userId,result_run_id": true,
		"result_code,gid,result_line,userId,result_status":     true,
		"gid,userId,Result_Line,RESULT_STATUS,\"result_code\"": true,
	} {
		got := readAs(header+"\nx\n", batch.Layout{})
		if got.err != nil || got.isReport != want || (len(got.priors) == 1) != want {
			t.Errorf("%q: %v, %v", header, got.isReport, got.err)
		}
	}
	for file, want := range map[string]batch.Prior{
		"gid,userId,Result Status\ng,5,removed\n":            {Status: batch.Unknown, Known: true, Code: batch.CodeInterrupted},
		"gid,userId,result_status\ng,5,failed\n":             {Status: batch.Failed, Known: true},
		"gid,userId,result_status,result_code\ng,5,removed,": {Status: batch.Removed, Known: true},
	} {
		if got := readAs(file, batch.Layout{}); got.err != nil || got.priors[0] != want {
			t.Errorf("one column may be somebody else's, and what it calls done is looked up: %q: %+v, %v", file, got.priors, got.err)
		}
	}
	got := readAs("gid,userId,result_line,result_status,result_code,result_line\ng,5,9,failed,x,8\n", batch.Layout{})
	if got.err != nil || got.priors[0].Line != 9 || got.own[0] != "g,5" {
		t.Errorf("of two columns the first counts: %+v", got)
	}
	got = readAs("userId,result_code,result_line,result_status\n5,x,9,failed\n", batch.Layout{GID: "g"})
	if got.err != nil || got.priors[0].Line != 9 || got.rows[0] != "2 g 5" {
		t.Errorf("a report of a --gid run: %+v", got)
	}
}
