package bdk

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	maxSize  = 256 << 10 // bytes of a file
	maxDepth = 100       // of brackets, and of list marks in one line
)

// parseTree reads YAML, and JSON as the YAML that it is, into the one mapping
// of the file.
func parseTree(name string, data []byte) (*node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > maxSize:
		return nil, faultf(name, 0, "", "is over %d KiB: this is no BDK configuration", maxSize>>10)
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return nil, faultf(name, 0, "", "is not UTF-8 text: save it as UTF-8")
	}
	// The parser counts some CRLF twice, and a line break is LF to YAML anyway.
	body, err := parseYAML(name, strings.ReplaceAll(string(data), "\r\n", "\n"))
	if err != nil {
		return nil, err
	}
	t := &builder{name: name, anchors: make(map[string]*node)}
	root, err := t.build(body, "")
	switch {
	case err != nil:
		return nil, err
	case root.kind == null:
		return nil, faultf(name, 0, "", "is empty: give at least host and bot.username")
	case root.kind != mapping:
		return nil, faultf(name, root.line, "", "holds no keys: a BDK configuration begins with keys such as host: and bot:")
	}
	return root, nil
}

// parseYAML returns the body of the file's only document, nil if it is empty.
func parseYAML(name, text string) (body ast.Node, err error) {
	// The file is foreign and the parser not ours: whatever it stumbles over
	// is a fault of the file.
	defer func() {
		if recover() != nil {
			err = faultf(name, 0, "", "is not valid YAML: %s", syntaxAdvice)
		}
	}()
	tokens := lexer.Tokenize(text)
	if line := tooDeep(tokens); line > 0 {
		return nil, faultf(name, line, "", "is nested too deep: this is no BDK configuration")
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // duplicates are refused by build, in our words
	if err != nil {
		return nil, syntaxFault(name, err)
	}
	for _, doc := range tree.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.DirectiveType {
			continue
		}
		if body != nil {
			return nil, faultf(name, doc.Body.GetToken().Position.Line, "", "begins a second document: keep one in the file")
		}
		body = doc.Body
	}
	return body, nil
}

// tooDeep returns the line where the nesting goes beyond maxDepth, or 0. The
// parser recurses, and takes time that grows with the square of the depth.
func tooDeep(tokens token.Tokens) int {
	depth, marks, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, marks = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			marks++
		}
		if depth > maxDepth || marks > maxDepth {
			return line
		}
	}
	return 0
}

const syntaxAdvice = "check quotes, colons and indentation (spaces, no tabs), and put a value with special characters in quotes"

// syntaxFault keeps of a parser's error its line and its fixed words, in which
// it names one character at most. The rest quotes the file, secrets included.
func syntaxFault(name string, err error) error {
	var fault yaml.Error
	if !errors.As(err, &fault) || fault.GetToken() == nil {
		return faultf(name, 0, "", "is not valid YAML: %s", syntaxAdvice)
	}
	line, words := fault.GetToken().Position.Line, fault.GetMessage()
	if strings.ContainsAny(words, "\"\\\t") { // it holds a part of the file
		return faultf(name, line, "", "is not valid YAML: %s", syntaxAdvice)
	}
	return faultf(name, line, "", "is not valid YAML, %s: %s", words, syntaxAdvice)
}
