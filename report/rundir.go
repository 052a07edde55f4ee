package report

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The files of a run directory that are there before its report.
const (
	InputFile   = "input.csv"
	JournalFile = "journal"
	LogFile     = "run.log"
)

const (
	undoPrefix   = "undo-"
	runIDTime    = "20060102T150405Z"
	podHashSize  = 8   // hex digits
	maxNameBytes = 200 // so that a directory's name, run id included, has room in 255
)

// RunID names a run: when it began, and on which pod; pod is its address as
// summary.json spells it.
func RunID(t time.Time, pod string, undo bool) string {
	id := t.UTC().Format(runIDTime) + "-" + PodHash(pod)
	if undo {
		return undoPrefix + id
	}
	return id
}

// PodHash is the part of a run id that tells the pod.
func PodHash(pod string) string {
	sum := sha256.Sum256([]byte(pod))
	return hex.EncodeToString(sum[:])[:podHashSize]
}

// IsUndoID reports whether id is that of an undo. Of an id that somebody has
// changed it still tells, so that nobody is removed who was to be added back.
func IsUndoID(id string) bool {
	return len(id) >= len(undoPrefix) && strings.EqualFold(id[:len(undoPrefix)], undoPrefix)
}

// ParseRunID takes a run id apart. It is not ok if id is none, with or without
// a suffix -2, -3 and so on.
func ParseRunID(id string) (podHash string, undo, ok bool) {
	rest, undo := strings.CutPrefix(id, undoPrefix)
	parts := strings.Split(rest, "-")
	if len(parts) < 2 || len(parts) > 3 {
		return "", false, false
	}
	if _, err := time.Parse(runIDTime, parts[0]); err != nil || len(parts[0]) != len(runIDTime) {
		return "", false, false
	}
	podHash = parts[1]
	if len(podHash) != podHashSize || strings.Trim(podHash, "0123456789abcdef") != "" {
		return "", false, false
	}
	if len(parts) == 3 {
		if n, err := strconv.Atoi(parts[2]); err != nil || n < 2 || strconv.Itoa(n) != parts[2] {
			return "", false, false
		}
	}
	return podHash, undo, true
}

// RunName is the part of a run directory's name that tells the input: the
// file's name without .csv or .csv.gz in any case, shortened if no directory
// could bear it; stdin for "-".
func RunName(input string) string {
	if input == "-" {
		return "stdin"
	}
	base := filepath.Base(input)
	name := base
	for _, extension := range []string{".csv", ".csv.gz"} {
		if cut := len(base) - len(extension); cut > 0 && strings.EqualFold(base[cut:], extension) {
			name = base[:cut]
		}
	}
	if len(name) <= maxNameBytes {
		return name
	}
	cut := maxNameBytes
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut]
}

// isRunDir reports whether a directory of that name is a run's.
func isRunDir(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return false
	}
	_, _, ok := ParseRunID(name[dot+1:])
	return ok
}
