package bdk

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// builder turns the parser's tree into nodes.
type builder struct {
	name    string
	anchors map[string]*node // those that are complete: an alias never closes a circle
}

func (b *builder) build(n ast.Node, path string) (*node, error) {
	if n == nil {
		return &node{}, nil
	}
	line := n.GetToken().Position.Line
	switch n := n.(type) {
	case *ast.NullNode:
		return &node{line: line}, nil
	case *ast.MappingNode:
		return b.mapping(n.Values, line, path)
	case *ast.MappingValueNode:
		return b.mapping([]*ast.MappingValueNode{n}, line, path)
	case *ast.SequenceNode:
		s := &node{kind: list, line: line}
		for i, item := range n.Values {
			built, err := b.build(item, fmt.Sprintf("%s[%d]", path, i))
			if err != nil {
				return nil, err
			}
			s.items = append(s.items, built)
		}
		return s, nil
	case *ast.AnchorNode:
		built, err := b.build(n.Value, path)
		if err != nil {
			return nil, err
		}
		if built.kind == null {
			return nil, faultf(b.name, line, path, "begins with &, which names a value and has none here: put it in quotes")
		}
		b.anchors[n.Name.GetToken().Value] = built
		return built, nil
	case *ast.AliasNode:
		built, ok := b.anchors[n.Value.GetToken().Value]
		if !ok {
			return nil, faultf(b.name, line, path, "begins with *, which repeats a named value, and there is none of that name: put it in quotes")
		}
		return built, nil
	case *ast.TagNode:
		switch token.ReservedTagKeyword(n.Start.Value) {
		case token.StringTag, token.IntegerTag, token.FloatTag, token.BooleanTag, token.NullTag, token.MappingTag, token.SequenceTag:
			return b.build(n.Value, path)
		}
		return nil, faultf(b.name, line, path, "begins with !, a type that is not known here: put it in quotes")
	case *ast.LiteralNode:
		return &node{kind: scalar, line: line, text: n.Value.Value}, nil
	case *ast.StringNode:
		return &node{kind: scalar, line: line, text: n.Value}, nil
	case ast.ScalarNode:
		return &node{kind: scalar, line: line, text: n.GetToken().Value}, nil
	}
	return nil, faultf(b.name, line, path, "is not understood: %s", syntaxAdvice)
}

func (b *builder) mapping(pairs []*ast.MappingValueNode, line int, path string) (*node, error) {
	m := &node{kind: mapping, line: line}
	lines := make(map[string]int, len(pairs)) // where each key stands
	for _, pair := range pairs {
		line := pair.Key.GetToken().Position.Line
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			from, err := b.build(pair.Value, join(path, "<<"))
			if err != nil {
				return nil, err
			}
			if err := b.merge(m, from, line, path); err != nil {
				return nil, err
			}
			continue
		}
		name, err := b.build(pair.Key, path)
		if err != nil {
			return nil, err
		}
		key := join(path, name.text)
		if first, twice := lines[name.text]; twice {
			return nil, faultf(b.name, line, key, "is given twice, first on line %d: keep one of them", first)
		}
		lines[name.text] = line
		built, err := b.build(pair.Value, key)
		if err != nil {
			return nil, err
		}
		m.fields = append(m.fields, field{name.text, built})
	}
	return m, nil
}

// merge adds what stands at a << key: a mapping, or a list of them.
func (b *builder) merge(m, from *node, line int, path string) error {
	sources := from.items
	if from.kind != list {
		sources = []*node{from}
	}
	for _, source := range sources {
		if source.kind != mapping {
			return faultf(b.name, line, join(path, "<<"), "must name a mapping, or a list of mappings")
		}
	}
	m.merged = append(m.merged, sources...)
	return nil
}
