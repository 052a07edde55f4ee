package batch

import "encoding/binary"

// gids numbers the gids of a file's valid rows, in the order of their first
// row. A gid that has a number has passed CheckGID: nothing else is added.
type gids struct {
	names   []string
	numbers map[string]uint32
	recent  [slots]uint32 // numbers found before, where they are looked for first
}

// noGID is the number of a gid that has none.
const noGID = ^uint32(0)

// slots is how many recent gids are remembered.
const slots = 1 << 12

func newGIDs() *gids { return &gids{numbers: make(map[string]uint32)} }

// find is the number of gid, or noGID.
func (g *gids) find(gid []byte) uint32 {
	recent := &g.recent[slot(gid)]
	if n := *recent; int(n) < len(g.names) && g.names[n] == string(gid) {
		return n
	}
	n, ok := g.numbers[string(gid)]
	if !ok {
		return noGID
	}
	*recent = n
	return n
}

// add gives a gid that has no number the next one.
func (g *gids) add(gid []byte) uint32 {
	name, n := string(gid), uint32(len(g.names))
	g.names, g.numbers[name] = append(g.names, name), n
	return n
}

// slot tells gids apart by their last bytes, where those of one pod differ.
func slot(gid []byte) uint64 {
	if len(gid) < 8 {
		return uint64(len(gid))
	}
	const golden = 0x9E3779B97F4A7C15 // Knuth, 'The Art of Computer Programming', 6.4: multiplicative hashing
	return binary.LittleEndian.Uint64(gid[len(gid)-8:]) * golden >> (64 - 12)
}
