package batch

import (
	"fmt"
	"strings"
	"unicode"
)

// Layout says which columns are meant. The zero value: those that are known
// by their names.
type Layout struct {
	GID          string // --gid: every row is for this group, and no column names one
	GIDColumn    string // --column gid=NAME
	UserIDColumn string // --column userId=NAME
}

// Same reports whether both mean the same columns of every file: their names
// match as header names do.
func (l Layout) Same(m Layout) bool {
	return l.GID == m.GID && SameName(l.GIDColumn, m.GIDColumn) && SameName(l.UserIDColumn, m.UserIDColumn)
}

// SameName reports whether two names mean the same column: case, spaces, _ and
// - do not count.
func SameName(a, b string) bool { return fold(a) == fold(b) }

// Agree reports whether a file of this header is read by l as by was, which an
// earlier reading went by. Where the header does not answer to that any more,
// for somebody has renamed a column, l has to say itself which is meant.
func (h *Header) Agree(l, was Layout) bool {
	gid, userID, _ := l.find(h)
	wasGID, wasUserID, renamed := was.find(h)
	if renamed != nil {
		return l.GID == was.GID && (was.GIDColumn == "" || l.GIDColumn != "") && (was.UserIDColumn == "" || l.UserIDColumn != "")
	}
	return l.GID == was.GID && gid == wasGID && userID == wasUserID
}

// Answers reports whether the header has the columns that l means.
func (h *Header) Answers(l Layout) bool {
	_, _, problem := l.find(h)
	return problem == nil
}

// check refuses what no file could satisfy.
func (l Layout) check() error {
	if l.GID == "" {
		return nil
	}
	if reason := CheckGID([]byte(l.GID)); reason != "" {
		return &Refusal{Reason: fmt.Sprintf("--gid %s: %s", quote([]byte(l.GID)), reason), Hint: "give the group's id as the pod has it"}
	}
	if l.GIDColumn != "" {
		return &Refusal{Reason: "--gid and --column gid=NAME contradict each other", Hint: "give one of them"}
	}
	return nil
}

// find returns the columns that l means. With --gid there is no gid column,
// and gid is -1.
func (l Layout) find(h *Header) (gid, userID int, problem *Refusal) {
	gids := h.named(l.GIDColumn, "gid", "groupid", "ibgroupid")
	userIDs := h.named(l.UserIDColumn, "userid", "uid")
	switch {
	case l.GID != "" && len(gids) > 0:
		return -1, -1, h.refuse(gids[0], "--gid is given, and the file has a gid column too: "+h.list(gids), "leave --gid out, or take that column out of the file")
	case len(userIDs) == 0 || l.GID == "" && len(gids) == 0:
		return -1, -1, l.missing(h, len(gids) == 0 && l.GID == "", len(userIDs) == 0)
	case len(gids) > 1:
		return -1, -1, h.refuse(gids[1], "more than one column for the gid: "+h.list(gids), "rename or remove all but one, or choose with --column gid=NAME")
	case len(userIDs) > 1:
		return -1, -1, h.refuse(userIDs[1], "more than one column for the userId: "+h.list(userIDs), "rename or remove all but one, or choose with --column userId=NAME")
	case l.GID != "":
		return -1, userIDs[0], nil
	case gids[0] == userIDs[0]:
		return -1, -1, h.refuse(gids[0], "one column for gid and userId: "+h.list(gids), "name two with --column gid=NAME --column userId=NAME")
	}
	return gids[0], userIDs[0], nil
}

// missing names what was looked for, and what there is.
func (l Layout) missing(h *Header, gid, userID bool) *Refusal {
	var what, flags []string
	look := func(key, name string) {
		if name != "" {
			what = append(what, fmt.Sprintf("no column %s (--column %s=)", quote([]byte(name)), key))
		} else {
			what = append(what, fmt.Sprintf("no %s column", key))
		}
		flags = append(flags, "--column "+key+"=NAME")
	}
	if gid {
		look("gid", l.GIDColumn)
	}
	if userID {
		look("userId", l.UserIDColumn)
	}
	hint := "name it with " + strings.Join(flags, " ")
	if gid {
		hint += ", or give --gid GROUP if every row is for that group"
	}
	if h.IsReport {
		hint = "this is a report of a run with --gid or --column: give the same flag again, " + strings.Join(flags, " ")
		if gid {
			hint += " or --gid GROUP"
		}
	}
	return h.refuse(0, strings.Join(what, ", ")+"; the header has "+h.list(h.own), hint)
}

// named finds a column by the name that was asked for, or by the known ones.
func (h *Header) named(asked string, known ...string) (columns []int) {
	if asked != "" {
		known = []string{fold(asked)}
	}
	for _, i := range h.own {
		for _, name := range known {
			if h.folded[i] == name {
				columns = append(columns, i)
			}
		}
	}
	return columns
}

// list shows columns, by name and place.
func (h *Header) list(columns []int) string {
	const most = 20
	var b strings.Builder
	for n, i := range columns {
		if n == most {
			fmt.Fprintf(&b, " and %d more", len(columns)-n)
			break
		}
		if n > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(Trim((&h.names).value(i))))
	}
	return b.String()
}

// refuse names the place of a column.
func (h *Header) refuse(column int, reason, hint string) *Refusal {
	r := &Refusal{Reason: reason, Hint: hint}
	r.Line, r.Column = h.names.place(column)
	return r
}

// fold is a header name without what does not count in it: case, spaces,
// '_' and '-'.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || isTrimmed(r) || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
