package batch

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// collector gathers a file's pairs in file order, and sorts them into a Ledger
// in place: 12 bytes a row at its highest, and no second copy.
type collector struct {
	users []int64
	owner []uint32 // parallel to users: the number of the group
	marks []mark   // only for a report of ours that is run again
}

// mark is what a report of ours says of a pair.
type mark struct {
	group uint32
	user  int64
	flag  uint32
	idle  bool // the row asks for nothing: it is done, or another one stands for it
	known Outcome
}

// reserve makes room for an estimated number of rows, and a little more.
func (c *collector) reserve(rows int) {
	rows += rows/64 + 1
	c.users = slices.Grow(c.users, max(0, rows-len(c.users)))
	c.owner = slices.Grow(c.owner, max(0, rows-len(c.owner)))
}

// add takes one valid row.
func (c *collector) add(row *Row) {
	if row.group == noGID {
		row.group = row.gids.add(row.GID)
	}
	c.users = append(c.users, row.UserID)
	c.owner = append(c.owner, row.group)
}

// recall remembers what the row added last, of a report of ours, says of its
// own pair: it is done; it may be done, and must be looked up; or an earlier
// send of it may have been carried out.
func (c *collector) recall(row *Row, review bool) {
	m := mark{group: row.group, user: row.UserID}
	switch p := row.Prior; {
	case p.Status.Done() && review:
		m.known = p.outcome()
	case p.Status.Done():
		m.flag, m.idle, m.known = kept, true, p.outcome()
	case p.Status == Duplicate && !review:
		m.idle = true
	case p.Status == Unknown:
		m.flag, m.known = doubtful, p.outcome()
	case p.Status == NotSent && leavesDoubt(p.Code), p.Code == CodeStillMember:
		m.flag = doubtful
	default:
		return
	}
	c.marks = append(c.marks, m)
}

// ledger sorts the pairs by group and user id, and drops repeated ones.
func (c *collector) ledger(names *gids) *Ledger {
	l := &Ledger{gids: names, outcomes: []Outcome{{}}, index: map[Outcome]uint32{{}: 0}}
	l.groups = c.partition(names.names)
	sortGroups(l.groups, c.users)
	var again []uint32 // an item for each row but its first, in ascending order
	l.users, again = dedup(l.groups, c.users)
	l.accounts = c.owner[:len(l.users)]
	c.users, c.owner = nil, nil
	clear(l.accounts)
	for _, item := range again {
		l.accounts[item] |= repeated
	}
	l.tally[Pending] = len(l.users)
	idle := make(map[uint32]int)        // by repeated item: its rows that ask for nothing
	unknown := make(map[uint32]Outcome) // of those, the ones that a row calls unknown
	for _, m := range c.marks {
		g := l.groups[m.group]
		at, _ := slices.BinarySearch(l.users[g.lo:g.hi], m.user)
		item := g.lo + uint32(at)
		if m.idle && l.Repeated(item) {
			idle[item]++
		}
		if m.known.Status == Unknown && l.Repeated(item) {
			unknown[item] = m.known
		}
		switch {
		case m.flag == kept:
			l.keep(item, m.known)
			continue
		case m.known != (Outcome{}) && !l.Kept(item):
			l.Settle([]uint32{item}, m.known)
		}
		l.accounts[item] |= m.flag
	}
	for len(again) > 0 {
		item, rows := again[0], 1
		for ; len(again) > 0 && again[0] == item; again = again[1:] {
			rows++
		}
		if l.Kept(item) && rows > idle[item] {
			// One row calls it done and another one does not: in a report that was
			// put together, nobody can tell which is the later.
			l.Settle([]uint32{item}, unknown[item])
			l.accounts[item] |= doubtful
		}
	}
	return l
}

// partition brings each group's users together, in place: every user is
// swapped once to where it belongs (McIlroy, Bostic, McIlroy: "Engineering
// Radix Sort", 1993, the American flag sort).
func (c *collector) partition(names []string) []group {
	groups := make([]group, len(names))
	for _, o := range c.owner {
		groups[o].hi++
	}
	var at uint32
	for g := range groups {
		n := groups[g].hi
		groups[g] = group{gid: names[g], lo: at, hi: at} // hi: the next free place
		at += n
	}
	for g := range groups {
		end := at
		if g+1 < len(groups) {
			end = groups[g+1].lo
		}
		for i := groups[g].hi; i < end; i = groups[g].hi {
			for c.owner[i] != uint32(g) {
				to := &groups[c.owner[i]].hi
				c.users[i], c.users[*to] = c.users[*to], c.users[i]
				c.owner[i], c.owner[*to] = c.owner[*to], c.owner[i]
				*to++
			}
			groups[g].hi++
		}
	}
	return groups
}

// sortGroups sorts each group's users, on all processors.
func sortGroups(groups []group, users []int64) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for g := next.Add(1) - 1; g < int64(len(groups)); g = next.Add(1) - 1 {
				slices.Sort(users[groups[g].lo:groups[g].hi])
			}
		})
	}
	workers.Wait()
}

// dedup closes the gaps that repeated ones leave in each group's sorted users.
// It returns the distinct users, and the item of each one that was repeated.
func dedup(groups []group, users []int64) (distinct []int64, again []uint32) {
	var to uint32
	for g := range groups {
		part := users[groups[g].lo:groups[g].hi]
		groups[g].lo = to
		for k, u := range part {
			if k > 0 && u == users[to-1] {
				again = append(again, to-1)
				continue
			}
			users[to] = u
			to++
		}
		groups[g].hi = to
	}
	return users[:to], again
}
