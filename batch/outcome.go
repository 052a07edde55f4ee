package batch

import "fmt"

// Status says what became of a row. The zero value is Pending: nothing is
// known yet, and nothing was sent; it is published as NotSent.
type Status uint8

const (
	Pending   Status = iota
	Removed          // the pod did it; in an undo: added back, spelled restored
	Absent           // already so before anything was sent
	Failed           // the pod refused it, or it is still as it was
	Unknown          // sent; what came of it could not be learnt
	Invalid          // never sent: the row itself is wrong
	Duplicate        // an earlier row with the same gid,userId stands for it
	NotSent          // not sent, or refused as a whole before it was carried out
)

// restored is how an undo spells Removed.
const restored = "restored"

// Operation is what a run does to memberships.
type Operation uint8

const (
	Remove Operation = iota // take the rows' users out of their groups
	Add                     // undo: add them back
)

func (o Operation) String() string {
	if o == Add {
		return "undo"
	}
	return "remove"
}

// Statuses are the seven that are counted, in the order in which they are told.
func Statuses() []Status {
	return []Status{Removed, Absent, Failed, Unknown, Invalid, Duplicate, NotSent}
}

// Name spells s as the report does: result_status of an operation's row.
func (s Status) Name(op Operation) string {
	switch s {
	case Removed:
		if op == Add {
			return restored
		}
		return "removed"
	case Absent:
		return "absent"
	case Failed:
		return "failed"
	case Unknown:
		return "unknown"
	case Invalid:
		return "invalid"
	case Duplicate:
		return "duplicate"
	case Pending, NotSent:
		return "not_sent"
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// ParseStatus reads a report's result_status; restored reads as Removed.
func ParseStatus(name string) (Status, bool) {
	if name == restored {
		return Removed, true
	}
	for _, s := range Statuses() {
		if s.Name(Remove) == name {
			return s, true
		}
	}
	return Pending, false
}

// Done reports whether nothing is left to do for a row with this status. A
// Duplicate is done if the row that stands for it is.
func (s Status) Done() bool { return s == Removed || s == Absent }

// The result codes of this package. An event on the wire brings its own
// (podclient.Error.Code): timeout, http_502, bad_answer and the like.
const (
	CodeOK            = "ok"             // the pod's own word
	CodeReconciled    = "reconciled"     // learnt from the live membership
	CodeNotMember     = "not_member"     // absent: was out already
	CodeAlreadyMember = "already_member" // absent, in an undo: was back already
	CodePodMessage    = "pod_message"    // failed: the pod's text is the message
	CodeStillMember   = "still_member"   // failed: called done, but still a member
	CodeDeactivated   = "deactivated"    // failed: the account is deactivated
	CodeStopped       = "stopped"        // not sent: the run stopped first
	CodeInterrupted   = "interrupted"    // unknown, or not sent again: the run was killed while it was on its way
	CodeDuplicate     = "duplicate"      // an earlier row stands for it
	CodeBadRow        = "bad_row"        // invalid: too few or too many cells
	CodeBadGID        = "bad_gid"        // invalid: no gid that may go into a path
	CodeBadUserID     = "bad_user_id"    // invalid: no user id
)

// Outcome is what came of one gid,userId pair. It is comparable: rows with
// the same outcome share one value in the [Ledger].
type Outcome struct {
	Status     Status
	Code       string // result_code
	Message    string // result_message; the pod's text verbatim where it spoke
	HTTPStatus int    // of the last answer; 0: there was none
	Attempts   int    // how often the user id was sent in this life of the run
	At         int64  // when it was learnt, Unix seconds; 0: never
}

// Settlement is one outcome for all rows of a chunk or a part of it.
type Settlement struct {
	Chunk
	Outcome Outcome
}

// Entry is what a Recorder is told: either what is about to be sent, or what
// came of it.
type Entry struct {
	Intent  []Chunk
	Settled []Settlement
}

// Recorder keeps the record of a run. When Record returns nil for an Intent,
// it is durable, and only then may its requests go out. A settlement may
// become durable later, with the next intent: lost in a crash, it costs a
// look-up, never the truth. After an error nothing more may be sent. It is
// called by several goroutines at once.
type Recorder interface {
	Record(Entry) error
}
