package podtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// parseIDs reads a JSON array of int64 that has at least one.
func parseIDs(body []byte) ([]int64, error) {
	rest := space(body)
	if len(rest) == 0 || rest[0] != '[' {
		return nil, fmt.Errorf("body is not a JSON array")
	}
	ids := make([]int64, 0, bytes.Count(rest, []byte{','})+1)
	for {
		rest = space(rest[1:]) // after the bracket or a comma
		n := 0
		for n < len(rest) && (rest[n] == '-' || '0' <= rest[n] && rest[n] <= '9') {
			n++
		}
		id, err := parseID(rest[:n])
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

// parseID reads an integer as JSON spells it.
func parseID(digits []byte) (int64, error) {
	bare := bytes.TrimPrefix(digits, []byte{'-'})
	if len(bare) == 0 || bare[0] == '0' && len(bare) > 1 {
		return 0, fmt.Errorf("no integer")
	}
	id, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("no int64")
	}
	return id, nil
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
