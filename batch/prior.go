package batch

import (
	"strings"
)

// ResultColumns are the columns that a report adds to the input's own, in
// their order.
func ResultColumns() [8]string {
	return [...]string{
		"result_line", "result_status", "result_code", "result_message",
		"result_http_status", "result_attempts", "result_at", "result_run_id",
	}
}

// The places in ResultColumns.
const (
	resultLine = iota
	resultStatus
	resultCode
	resultMessage
	resultHTTPStatus
	resultAttempts
	resultAt
	resultRunID
)

// Prior is what a report of ours says of a row: the text of the added cells,
// without the apostrophe that keeps a spreadsheet from running one.
type Prior struct {
	Line       int    // line of the first input; 0: the cell tells none
	Status     Status // Pending if it is not Known
	Known      bool   // the cell spells a status
	Code       string
	Message    string
	HTTPStatus string
	Attempts   string
	At         string
	RunID      string
	Restored   bool // Removed is spelled as an undo spells it
}

// read fills p from a record. A text that is as before is kept, not copied:
// most cells repeat those of the row before.
func (p *Prior) read(rec *record, columns [8]int) {
	cell := func(i int) []byte {
		if columns[i] < 0 {
			return nil
		}
		return rec.value(columns[i])
	}
	p.Line = 0
	if n, reason := ParseUserID(Trim(cell(resultLine))); reason == "" && n == int64(int(n)) {
		p.Line = int(n)
	}
	status := Trim(cell(resultStatus))
	p.Status, p.Known = ParseStatus(string(status))
	p.Restored = string(status) == restored
	for i, text := range [...]*string{
		resultCode:       &p.Code,
		resultMessage:    &p.Message,
		resultHTTPStatus: &p.HTTPStatus,
		resultAttempts:   &p.Attempts,
		resultAt:         &p.At,
		resultRunID:      &p.RunID,
	} {
		if text == nil {
			continue
		}
		got := unguard(cell(i))
		if i != resultMessage {
			got = Trim(got)
		}
		if *text != string(got) {
			*text = string(got)
		}
	}
}

// doubt has a row looked up that is called done by a column that may have
// another meaning than ours.
func (p *Prior) doubt() {
	if p.Status.Done() {
		p.Status, p.Code = Unknown, CodeInterrupted
	}
}

// unguard takes off the apostrophe in front of what a spreadsheet would run.
func unguard(cell []byte) []byte {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@\t\r", cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}
