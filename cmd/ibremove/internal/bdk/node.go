package bdk

// node is a value of the file. An alias is the node that it names, so that no
// file grows while it is read.
type node struct {
	kind   kind
	line   int
	text   string  // of a scalar, as it is spelled
	items  []*node // of a list
	fields []field // of a mapping
	merged []*node // mappings that << adds to a mapping, the first one wins
}

type kind uint8

const (
	null kind = iota
	scalar
	list
	mapping
)

type field struct {
	key   string
	value *node
}

// all yields a mapping's own fields, then those of its merged mappings: where
// a key comes again, the first one counts.
func (n *node) all(yield func(string, *node) bool) {
	n.walk(make(map[*node]bool), yield)
}

func (n *node) walk(seen map[*node]bool, yield func(string, *node) bool) bool {
	if seen[n] {
		return true
	}
	seen[n] = true
	for _, f := range n.fields {
		if !yield(f.key, f.value) {
			return false
		}
	}
	for _, m := range n.merged {
		if !m.walk(seen, yield) {
			return false
		}
	}
	return true
}
