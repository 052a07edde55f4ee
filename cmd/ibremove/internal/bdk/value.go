package bdk

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// file is a configuration being read. It keeps the first fault, so that what
// reads can go on with zero values and the caller asks once.
type file struct {
	name string
	env  func(string) (string, bool)
	err  error
}

// value is what stands at a key. One that is absent or null has no node, and
// reads as the zero value of whatever is asked.
type value struct {
	file *file
	key  string // as in bot.privateKey.path
	node *node
}

// either returns key of own, or else of root: each service of the pod falls
// back to the root's settings key by key.
func either(own, root value, key string) value {
	if v := own.get(key); v.given() {
		return v
	}
	return root.get(key)
}

func (v value) given() bool { return v.node != nil }

// get returns the value at a key of the mapping v.
func (v value) get(key string) value {
	child := value{file: v.file, key: join(v.key, key)}
	if !v.given() {
		return child
	}
	if v.node.kind != mapping {
		v.fail("must hold keys of its own, such as %s", child.key)
		return child
	}
	for name, n := range v.node.all {
		if name == key {
			if n.kind != null {
				child.node = n
			}
			break
		}
	}
	return child
}

// text returns a single value as it is spelled, its variables replaced. That
// happens to what has been parsed, so that no variable changes the structure.
func (v value) text() string {
	if !v.given() {
		return ""
	}
	if v.node.kind != scalar {
		v.fail("must be a single value, not a list or a mapping")
		return ""
	}
	s, err := expand(v.node.text, v.file.env)
	if err != nil {
		v.fail("%w", err)
		return ""
	}
	return s
}

// integer returns a decimal number within [least, most].
func (v value) integer(least, most int) int {
	s := v.text()
	n, err := strconv.Atoi(s)
	if err != nil || strings.HasPrefix(s, "+") || n < least || n > most {
		v.fail("must be a whole number from %d to %d", least, most)
		return 0
	}
	return n
}

// millis returns a number of milliseconds, or fallback if none is given.
func (v value) millis(least int, fallback time.Duration) time.Duration {
	if !v.given() {
		return fallback
	}
	return time.Duration(v.integer(least, math.MaxInt32)) * time.Millisecond
}

// number returns a finite number that may be a fraction, 0 if none is given.
func (v value) number() float64 {
	if !v.given() {
		return 0
	}
	x, err := strconv.ParseFloat(v.text(), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		v.fail("must be a number")
		return 0
	}
	return x
}

// fail records that v is wrong, unless something before it was.
func (v value) fail(format string, args ...any) {
	if v.file.err != nil {
		return
	}
	line := 0
	if v.given() {
		line = v.node.line
	}
	v.file.err = faultf(v.file.name, line, v.key, format, args...)
}

// faultf words an error about a key of a file; a line 0 or an empty key is not
// known and left out.
func faultf(name string, line int, key, format string, args ...any) error {
	place := name
	if line > 0 {
		place += ":" + strconv.Itoa(line)
	}
	if key != "" {
		place += ": " + key
	}
	return fmt.Errorf("%s: %w", place, fmt.Errorf(format, args...))
}

// join appends a key to a path of keys. A key that is hostile to the eye is
// quoted and cut.
func join(path, key string) string {
	const most = 64
	if len(key) > most || strings.ContainsFunc(key, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || r == '"'
	}) {
		key = strconv.QuoteToASCII(key[:min(len(key), most)])
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
