package batch

import (
	"slices"
)

// Ledger keeps one account for each distinct gid,userId pair of a file: what
// is asked, and what came of it. An account is named by an item number, which
// holds for this process only; the pair is its name everywhere else.
//
// It costs 12 bytes an account. It is not safe for concurrent use: the
// [Dispatcher] guards it while it runs.
type Ledger struct {
	groups   []group // in the order of their first row
	gids     *gids
	users    []int64  // group by group, ascending in each
	accounts []uint32 // parallel to users: flags and an index into outcomes
	outcomes []Outcome
	index    map[Outcome]uint32
	tally    [NotSent + 1]int
	kept     int // accounts that the file itself says are done
}

type group struct {
	gid    string
	lo, hi uint32 // its items
}

// The flags of an account, above the index of its outcome.
const (
	repeated uint32 = 1 << 31 // more than one row names the pair
	doubtful uint32 = 1 << 30 // an earlier send may have been carried out
	kept     uint32 = 1 << 29 // the file itself says that it is done
	outcome  uint32 = 1<<29 - 1
)

// Find names the account of a pair.
func (l *Ledger) Find(gid []byte, user int64) (item uint32, ok bool) {
	n := l.gids.find(gid)
	if n == noGID {
		return 0, false
	}
	return l.find(n, user)
}

// find is Find for a group's number.
func (l *Ledger) find(group uint32, user int64) (item uint32, ok bool) {
	g := l.groups[group]
	at, ok := search(l.users[g.lo:g.hi], user)
	return g.lo + uint32(at), ok
}

// search is a binary search that first looks where user would be if the ids
// were spread evenly, as those of one tenant about are: far fewer places are
// touched in a large group.
func search(users []int64, user int64) (at int, ok bool) {
	n := len(users)
	if n < 32 || user <= users[0] || user >= users[n-1] {
		return slices.BinarySearch(users, user)
	}
	share := float64(user-users[0]) / float64(users[n-1]-users[0])
	guess := int(share * float64(n-1))
	lo, hi := guess, guess
	for step := 8; lo > 0 && users[lo] > user; step *= 2 {
		lo = max(0, lo-step)
	}
	for step := 8; hi < n && users[hi] < user; step *= 2 {
		hi = min(n, hi+step)
	}
	at, ok = slices.BinarySearch(users[lo:min(n, hi+1)], user)
	return lo + at, ok
}

// Outcome tells what is known of an account; the zero Outcome while nothing is.
func (l *Ledger) Outcome(item uint32) Outcome { return l.outcomes[l.accounts[item]&outcome] }

// OutcomeID names an account's outcome: two accounts with one id have the same.
func (l *Ledger) OutcomeID(item uint32) int { return int(l.accounts[item] & outcome) }

// Kept reports whether the file itself says that the account is done: a row of
// a report of ours that ended well. Such an account is never sent.
func (l *Ledger) Kept(item uint32) bool { return l.accounts[item]&kept != 0 }

// Repeated reports whether more than one row names the account's pair.
func (l *Ledger) Repeated(item uint32) bool { return l.accounts[item]&repeated != 0 }

// GID is the group with that number, in the order of their first rows.
func (l *Ledger) GID(group int) string { return l.groups[group].gid }

// User is the account's user id.
func (l *Ledger) User(item uint32) int64 { return l.users[item] }

// Accounts is how many distinct pairs there are.
func (l *Ledger) Accounts() int { return len(l.users) }

// Size is how many bytes the accounts take.
func (l *Ledger) Size() int { return 8*cap(l.users) + 4*cap(l.accounts) }

// Groups is how many distinct groups there are.
func (l *Ledger) Groups() int { return len(l.groups) }

// Count is how many accounts have a status now; those that the file itself
// says are done count as neither.
func (l *Ledger) Count(s Status) int { return l.tally[s] }

// Doubtful is how many accounts an earlier send, of this life or of the run
// whose report is run again, may have carried out.
func (l *Ledger) Doubtful() int {
	n := 0
	for _, word := range l.accounts {
		if word&doubtful != 0 {
			n++
		}
	}
	return n
}

// Open reports whether the account is still to be sent.
func (l *Ledger) Open(item uint32) bool {
	return l.accounts[item]&(kept|outcome) == 0
}

// keep takes it from the file that the account is done, and how.
func (l *Ledger) keep(item uint32, o Outcome) {
	if !l.Kept(item) {
		l.tally[l.Outcome(item).Status]--
		l.kept++
	}
	l.accounts[item] = l.accounts[item]&^outcome | kept | l.number(o)
}

// number finds an outcome among those that there are, or adds it.
func (l *Ledger) number(o Outcome) uint32 {
	at, ok := l.index[o]
	if !ok {
		at = uint32(len(l.outcomes))
		l.outcomes = append(l.outcomes, o)
		l.index[o] = at
	}
	return at
}

// Settle gives all items one outcome, whatever they had before, and whatever
// the file says of them.
func (l *Ledger) Settle(items []uint32, o Outcome) {
	at := l.number(o)
	for _, i := range items {
		if l.Kept(i) {
			l.kept--
		} else {
			l.tally[l.Outcome(i).Status]--
		}
		l.accounts[i] = l.accounts[i]&^(kept|outcome) | at
	}
	l.tally[o.Status] += len(items)
}

// reopen makes items open again; doubt says whether an earlier send of them
// may have been carried out.
func (l *Ledger) reopen(items []uint32, doubt bool) {
	l.Settle(items, Outcome{})
	for _, i := range items {
		if doubt {
			l.accounts[i] |= doubtful
		}
	}
}

// doubted reports whether an earlier send of the account may have been
// carried out.
func (l *Ledger) doubted(item uint32) bool { return l.accounts[item]&doubtful != 0 }

// doubt is the code of the event after which a chunk's users may have been
// sent with success in an earlier life, or "".
func (l *Ledger) doubt(c Chunk) string {
	if slices.ContainsFunc(c.Items, l.doubted) {
		return CodeInterrupted
	}
	return ""
}

// notYet is what an account is published as that is still open.
func (l *Ledger) notYet(item uint32) Outcome {
	o := Outcome{Status: NotSent, Code: CodeStopped, Message: "the run stopped before this was sent"}
	if l.doubted(item) {
		o.Code, o.Message = CodeInterrupted, "the run stopped before this was sent again; an earlier request may have been carried out"
	}
	return o
}
