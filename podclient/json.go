package podclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// fields calls visit with each key of the JSON object that body is, and the
// key's value, still encoded. It is stricter than encoding/json: keys keep
// their case, no key may stand twice, bytes that are not UTF-8 are refused.
func fields(body []byte, visit func(key string, value []byte) error) error {
	if err := checkJSON(body); err != nil {
		return err
	}
	i := space(body, 0)
	if body[i] != '{' {
		return errors.New("the answer is not a JSON object")
	}
	seen := make(map[string]struct{}, 4)
	for i = space(body, i+1); body[i] != '}'; {
		end := skipString(body, i)
		key, err := unquote(body[i:end])
		if err != nil {
			return err
		}
		if _, twice := seen[key]; twice {
			return fmt.Errorf("the answer has the key %q twice", key)
		}
		seen[key] = struct{}{}
		i = space(body, space(body, end)+1) // over the colon
		end = skipValue(body, i)
		if err := visit(key, body[i:end]); err != nil {
			return err
		}
		if i = space(body, end); body[i] == ',' {
			i = space(body, i+1)
		}
	}
	return nil
}

// checkJSON refuses what is not exactly one JSON value. The functions below
// rely on it: they look for ends, not for errors. Its error quotes the answer
// at length, because a secret is redacted only where it is whole.
func checkJSON(body []byte) error {
	switch {
	case !utf8.Valid(body):
		return errors.New("the answer is not valid UTF-8")
	case len(body) == 0:
		return errors.New("the answer is empty")
	case !json.Valid(body):
		return fmt.Errorf("the answer is not JSON, or is cut: %s", body[:min(len(body), maxRefusal)])
	}
	return nil
}

// space returns the index of the first byte from i on that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// skipString returns the index behind the string that begins at i.
func skipString(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// skipValue returns the index behind the value that begins at i.
func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // of what holds this number or word
			}
			depth--
		case ',', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return i
			}
			i++
			continue
		default: // a number, a word, a colon
			i++
			continue
		}
		if i++; depth == 0 {
			return i
		}
	}
	return i
}

// unquote decodes a JSON string; half a surrogate pair becomes U+FFFD.
func unquote(quoted []byte) (string, error) {
	inner := quoted[1 : len(quoted)-1]
	for _, c := range inner {
		if c == '\\' {
			var s string
			err := json.Unmarshal(quoted, &s)
			return s, err
		}
	}
	return string(inner), nil
}

// text decodes the value of key, which must be a string: null is none.
func text(key string, value []byte) (string, error) {
	if value[0] != '"' {
		return "", fmt.Errorf("%s is not a string", key)
	}
	return unquote(value)
}
