package bdk

import (
	"errors"
	"fmt"
	"strings"
)

// expand replaces ${NAME} and ${NAME:-default} in s from env; $${ stands for a
// plain ${. Spring's ${NAME:default} reads the same way. A variable that is
// set but empty is set. What a variable holds is taken as it is: a ${ in a
// password is no reference.
func expand(s string, env func(string) (string, bool)) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "${")
		if !found {
			b.WriteString(s)
			return b.String(), nil
		}
		if plain, escaped := strings.CutSuffix(before, "$"); escaped {
			b.WriteString(plain + "${")
			s = after
			continue
		}
		reference, rest, closed := strings.Cut(after, "}")
		if !closed {
			return "", errors.New("has a ${ without its }: close it, or write $${ for a plain ${")
		}
		text, err := lookup(reference, env)
		if err != nil {
			return "", err
		}
		b.WriteString(before + text)
		s = rest
	}
}

func lookup(reference string, env func(string) (string, bool)) (string, error) {
	name, fallback, hasFallback := strings.Cut(reference, ":")
	if strings.Trim(name, variableLetters) != "" || name == "" || strings.Contains(fallback, "${") {
		return "", errors.New("has a ${ } that is neither ${NAME} nor ${NAME:-default}: write it so, or $${ for a plain ${")
	}
	if text, ok := env(name); ok {
		return text, nil
	}
	if hasFallback {
		return strings.TrimPrefix(fallback, "-"), nil
	}
	return "", fmt.Errorf("environment variable %s is not set: set it, or give a default as in ${%[1]s:-default}", name)
}

const variableLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
