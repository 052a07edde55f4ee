package podtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// parseIDs reads a JSON array of int64 that has at least one.
func parseIDs(body []byte) ([]int64, error) {
	rest := space(body)
	if len(rest) == 0 || rest[0] != '[' {
		return nil, errors.New("body is not a JSON array")
	}
	ids := make([]int64, 0, bytes.Count(rest, []byte{','})+1)
	for {
		rest = space(rest[1:]) // after the bracket or a comma
		id, n, err := parseID(rest)
		if err != nil {
			return nil, fmt.Errorf("body is not a JSON array of int64: element %d: %w", len(ids)+1, err)
		}
		ids = append(ids, id)
		rest = space(rest[n:])
		if len(rest) > 0 && rest[0] == ',' {
			continue
		}
		if len(rest) > 0 && rest[0] == ']' && len(space(rest[1:])) == 0 {
			return ids, nil
		}
		return nil, fmt.Errorf("body is not a JSON array of int64: after element %d", len(ids))
	}
}

// parseID reads an integer as JSON spells it, and tells how long it is.
func parseID(b []byte) (id int64, n int, err error) {
	first := 0
	if len(b) > 0 && b[0] == '-' {
		first = 1
	}
	for n = first; n < len(b) && '0' <= b[n] && b[n] <= '9'; n++ {
		id = id*10 + int64(b[n]-'0')
	}
	digits := n - first
	switch {
	case digits == 0, digits > 1 && b[first] == '0':
		return 0, 0, errors.New("no integer")
	case digits > 18: // id may have overflowed
		if id, err = strconv.ParseInt(string(b[:n]), 10, 64); err != nil {
			return 0, 0, errors.New("no int64")
		}
	case first == 1:
		id = -id
	}
	return id, n, nil
}

func space(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// bulkResult spells a BulkActionResult of n results; texts are nil if all are
// empty.
func bulkResult(n int, texts []string) []byte {
	var body []byte
	if texts == nil {
		body = append(body, `{"overallResult":"SUCCESS","results":[`...)
		body = append(body, bytes.Repeat([]byte(`"",`), n)...)
	} else {
		body = append(body, `{"overallResult":"FAIL","results":[`...)
		for _, text := range texts[:n] {
			body = append(appendText(body, text), ',')
		}
	}
	return append(bytes.TrimSuffix(body, []byte{','}), `]}`...)
}

// idArray spells a page of members.
func idArray(ids []int64) []byte {
	body := make([]byte, 0, 2+17*len(ids))
	body = append(body, '[')
	for i, id := range ids {
		if i > 0 {
			body = append(body, ',')
		}
		body = strconv.AppendInt(body, id, 10)
	}
	return append(body, ']')
}

// errorBody spells the pod's error object.
func errorBody(code int, message string) []byte {
	body := strconv.AppendInt([]byte(`{"code":`), int64(code), 10)
	return append(appendText(append(body, `,"message":`...), message), '}')
}

func appendText(body []byte, text string) []byte {
	if text == "" {
		return append(body, `""`...)
	}
	quoted, _ := json.Marshal(text) // a string always has a spelling
	return append(body, quoted...)
}
