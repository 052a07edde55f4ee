package batch

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
