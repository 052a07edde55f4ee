package disktest

import (
	"maps"
	"os"
	"path/filepath"
)

// Loss is what a power cut takes of what was not synced.
type Loss struct {
	Names bool // the names in directories
	// Bytes is what is left of a file's bytes; nil: all.
	Bytes func(unsynced []byte) []byte
}

// Losses are power cuts that file systems are known for, by name.
func Losses() map[string]Loss {
	none := func([]byte) []byte { return nil }
	return map[string]Loss{
		"nothing lost":         {},
		"all lost":             {Names: true, Bytes: none},
		"names lost":           {Names: true},
		"bytes lost":           {Bytes: none},
		"bytes cut":            {Bytes: func(b []byte) []byte { return b[:len(b)/2] }},
		"one byte cut":         {Bytes: func(b []byte) []byte { return b[:max(0, len(b)-1)] }},
		"zeros in their place": {Bytes: func(b []byte) []byte { return make([]byte, len(b)) }},
		"zeros at their end": {Bytes: func(b []byte) []byte {
			return append(append([]byte{}, b[:len(b)/2]...), make([]byte, len(b)-len(b)/2)...)
		}},
	}
}

// Crash writes into the directory into what a power cut now would leave.
func (d *Disk) Crash(into string, loss Loss) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.top.write(into, loss)
}

// node is a file, or a directory if it has maps.
type node struct {
	data   []byte
	synced int      // bytes
	voids  [][2]int // synced bytes that never reached the disk
	live   map[string]*node
	kept   map[string]*node // live as it was last synced
}

func newDir() *node {
	return &node{live: map[string]*node{}, kept: map[string]*node{}}
}

func (n *node) syncNames() { n.kept = maps.Clone(n.live) }

// syncFailed: the system gave up on the bytes, and holds them for clean.
func (n *node) syncFailed() {
	n.voids = append(n.voids, [2]int{n.synced, len(n.data)})
}

func (n *node) write(into string, loss Loss) error {
	names := n.live
	if loss.Names {
		names = n.kept
	}
	for base, child := range names {
		path := filepath.Join(into, base)
		if child.live != nil {
			if err := os.Mkdir(path, 0o700); err != nil {
				return err
			}
			if err := child.write(path, loss); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(path, child.left(loss), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) left(loss Loss) []byte {
	content := append([]byte{}, n.data...)
	for _, void := range n.voids {
		clear(content[void[0]:void[1]])
	}
	if loss.Bytes == nil {
		return content
	}
	return append(content[:n.synced:n.synced], loss.Bytes(content[n.synced:])...)
}
