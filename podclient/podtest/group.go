package podtest

import (
	"math"
	"slices"
	"sync"
)

// group is one group: a slot for each id it has ever heard of, in the order
// of the ids. Twelve bytes an id keep a million members small, and an id is
// found without hashing.
type group struct {
	mu     sync.Mutex
	exists bool
	ids    []int64 // ascending, distinct
	slots  []slot  // of the same places
	fresh  []int64 // seeded, not yet merged
	recent []change
}

type slot struct {
	sends uint16 // saturates
	in    bool
}

// change is a membership that was changed lately, kept only while readers are
// not to see it.
type change struct {
	at  int64 // Unix nanoseconds
	id  int64
	was bool
}

// slot returns what is known of id.
func (g *group) slot(id int64) slot {
	g.settle()
	if i, ok := slices.BinarySearch(g.ids, id); ok {
		return g.slots[i]
	}
	return slot{}
}

// places returns the place of each id, and makes one for an id that is new.
func (g *group) places(ids []int64) []int {
	g.settle()
	at := make([]int, len(ids))
	var strangers []int64
	last := -1
	for n, id := range ids {
		i, ok := g.find(id, last+1)
		if !ok {
			strangers = append(strangers, id)
		}
		at[n], last = i, i
	}
	if strangers == nil {
		return at
	}
	g.merge(strangers, false)
	for n, id := range ids {
		at[n], _ = slices.BinarySearch(g.ids, id)
	}
	return at
}

// members returns who is in the group, ascending. What late says of an id
// goes before what is so.
func (g *group) members(late map[int64]bool) []int64 {
	g.settle()
	list := make([]int64, 0, len(g.ids))
	for i, id := range g.ids {
		in := g.slots[i].in
		if was, ok := late[id]; ok {
			in = was
		}
		if in {
			list = append(list, id)
		}
	}
	return list
}

// late returns how the ids that have changed after since were before, and
// forgets the changes that are older.
func (g *group) late(since int64) map[int64]bool {
	g.recent = slices.DeleteFunc(g.recent, func(c change) bool { return c.at <= since })
	late := make(map[int64]bool, len(g.recent))
	for _, c := range slices.Backward(g.recent) {
		late[c.id] = c.was
	}
	return late
}

// count notes that the ids were sent.
func (g *group) count(ids []int64) {
	for _, i := range g.places(ids) {
		if g.slots[i].sends < math.MaxUint16 {
			g.slots[i].sends++
		}
	}
}

// find tries the likely place first: requests mostly name ids in order.
func (g *group) find(id int64, likely int) (int, bool) {
	if likely < len(g.ids) && g.ids[likely] == id {
		return likely, true
	}
	return slices.BinarySearch(g.ids, id)
}

func (g *group) settle() {
	if len(g.fresh) > 0 {
		g.merge(g.fresh, true)
		g.fresh = nil
	}
}

// merge gives each id a slot, and with in makes it a member.
func (g *group) merge(more []int64, in bool) {
	slices.Sort(more)
	more = slices.Compact(more)
	ids := make([]int64, 0, len(g.ids)+len(more))
	slots := make([]slot, 0, cap(ids))
	from := 0
	for _, id := range more {
		i, known := slices.BinarySearch(g.ids[from:], id)
		i += from
		ids, slots = append(ids, g.ids[from:i]...), append(slots, g.slots[from:i]...)
		from = i
		if known {
			g.slots[i].in = g.slots[i].in || in
			continue
		}
		ids, slots = append(ids, id), append(slots, slot{in: in})
	}
	g.ids = append(ids, g.ids[from:]...)
	g.slots = append(slots, g.slots[from:]...)
}
