package batch

import (
	"iter"
	"slices"
)

// Chunk is part of one group: what one request asks.
type Chunk struct {
	GID   string
	Items []uint32 // the ledger's accounts
	Users []int64  // their user ids, in the same order
}

func (c Chunk) part(lo, hi int) Chunk {
	return Chunk{c.GID, c.Items[lo:hi:hi], c.Users[lo:hi:hi]}
}

// divide tells the users of c apart by their positions.
func (c Chunk) divide(is func(i int) bool) (yes, no Chunk) {
	var with, without []int
	for i := range c.Items {
		if is(i) {
			with = append(with, i)
		} else {
			without = append(without, i)
		}
	}
	return c.pick(with), c.pick(without)
}

// pick takes the positions given, in their order; all of them are c itself.
func (c Chunk) pick(at []int) Chunk {
	if len(at) == len(c.Items) {
		return c
	}
	p := Chunk{c.GID, make([]uint32, len(at)), make([]int64, len(at))}
	for k, i := range at {
		p.Items[k], p.Users[k] = c.Items[i], c.Users[i]
	}
	return p
}

// Where yields, group by group, the accounts that satisfy want. The chunk
// is the receiver's to keep.
func (l *Ledger) Where(want func(item uint32) bool) iter.Seq[Chunk] {
	return func(yield func(Chunk) bool) {
		for _, g := range l.groups {
			if c := l.take(g, g.lo, int(g.hi-g.lo), want); len(c.Items) > 0 && !yield(c) {
				return
			}
		}
	}
}

// WithStatus yields, group by group, the accounts whose status is among those
// given, without those that the file itself says are done.
func (l *Ledger) WithStatus(statuses ...Status) iter.Seq[Chunk] {
	if !slices.ContainsFunc(statuses, func(s Status) bool { return l.tally[s] > 0 }) {
		return func(func(Chunk) bool) {}
	}
	return l.Where(func(i uint32) bool {
		return !l.Kept(i) && slices.Contains(statuses, l.Outcome(i).Status)
	})
}

// Requests is the least number of requests that the open accounts need.
func (l *Ledger) Requests(size int) int {
	n := 0
	for _, g := range l.groups {
		open := 0
		for i := g.lo; i < g.hi; i++ {
			if l.Open(i) {
				open++
			}
		}
		n += (open + size - 1) / size
	}
	return n
}

// chunks cuts the open accounts into the least number of requests: the first
// of every group, then the second of every group, and so on, so that a slow
// group holds up the others as little as may be, and a group that is not there
// is known before its second chunk. size is asked anew for each chunk.
func (l *Ledger) chunks(size func() int) iter.Seq[Chunk] {
	return func(yield func(Chunk) bool) {
		rest := slices.Clone(l.groups)
		for len(rest) > 0 {
			var next int
			for _, g := range rest {
				c := l.take(g, g.lo, size(), l.Open)
				if len(c.Items) == 0 {
					continue
				}
				if !yield(c) {
					return
				}
				if g.lo = c.Items[len(c.Items)-1] + 1; g.lo < g.hi {
					rest[next] = g
					next++
				}
			}
			rest = rest[:next]
		}
	}
}

// chunk is one account alone.
func (l *Ledger) chunk(item uint32) Chunk {
	g, _ := slices.BinarySearchFunc(l.groups, item, func(g group, item uint32) int {
		return int(int64(g.lo) - int64(item))
	})
	if g == len(l.groups) || l.groups[g].lo > item {
		g--
	}
	return l.take(l.groups[g], item, 1, func(uint32) bool { return true })
}

// take collects at most n accounts of g, from the item lo on, that satisfy want.
func (l *Ledger) take(g group, lo uint32, n int, want func(uint32) bool) Chunk {
	c := Chunk{GID: g.gid}
	for i := lo; i < g.hi && len(c.Items) < n; i++ {
		if want(i) {
			if c.Items == nil {
				c.Items = make([]uint32, 0, min(n, int(g.hi-i)))
			}
			c.Items = append(c.Items, i)
		}
	}
	if n := len(c.Items); n > 0 {
		first := c.Items[0]
		if last := c.Items[n-1]; int(last-first)+1 == n {
			c.Users = l.users[first : last+1 : last+1] // contiguous: the ledger's own
		} else {
			c.Users = make([]int64, n)
			for k, i := range c.Items {
				c.Users[k] = l.users[i]
			}
		}
	}
	return c
}
