package podclient

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// long is the length from which on a secret is taken out wherever it stands. A
// shorter one counts only where it stands by itself: it may be part of a
// common word.
const long = 16

// redact puts "[secret]" for the token that the request went out with, for that
// of now, and for all other secrets of the request and the client. Long ones go
// first: a short one may be part of one.
func (e *exchange) redact(text string) string {
	secrets := slices.Concat([]Secret{e.token}, e.secret, e.client.secrets)
	if token := e.client.token.Load(); token != nil {
		secrets = append(secrets, *token)
	}
	slices.SortStableFunc(secrets, func(a, b Secret) int { return cmp.Compare(len(b.Reveal()), len(a.Reveal())) })
	for _, s := range secrets {
		text = redactOne(text, s.Reveal())
	}
	return text
}

func redactOne(text, secret string) string {
	if secret == "" {
		return text
	}
	var b strings.Builder
	for at := 0; at < len(text); {
		n := spelled(text[at:], secret)
		if n == 0 || len(secret) < long && partOfWord(text[:at], text[at+n:]) {
			b.WriteByte(text[at])
			at++
			continue
		}
		b.WriteString(redacted)
		at += n
	}
	return b.String()
}

// spelled is how many bytes of text, from its first on, spell the secret: as it
// is, or with characters escaped as in JSON or in a URL. 0: they do not.
func spelled(text, secret string) int {
	if strings.HasPrefix(text, secret) {
		return len(secret)
	}
	at := 0
	for i := range len(secret) {
		c, n := unescape(text[at:])
		if n == 0 || c != secret[i] {
			return 0
		}
		at += n
	}
	return at
}

// unescape reads the first byte that text stands for, and says how many bytes
// of text it takes.
func unescape(text string) (c byte, n int) {
	switch {
	case text == "":
		return 0, 0
	case text[0] != '%' && text[0] != '\\':
		return text[0], 1
	}
	for _, escape := range []string{"%", `\u00`} {
		if digits, ok := strings.CutPrefix(text, escape); ok && len(digits) >= 2 {
			if b, err := hex.DecodeString(digits[:2]); err == nil {
				return b[0], len(escape) + 2
			}
		}
	}
	if len(text) > 1 && text[0] == '\\' && strings.IndexByte(`/"\`, text[1]) >= 0 {
		return text[1], 2
	}
	return text[0], 1
}

// partOfWord reports whether a letter or a digit adjoins what stands between.
func partOfWord(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	return slices.ContainsFunc([]rune{last, next}, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// keepSecrets remembers what may come back from to's proxy or pod and must not
// be told: the proxy's password, and what default headers prove us by.
func (c *Client) keepSecrets(to *endpoint) {
	keep := func(text string) {
		c.secrets = append(c.secrets, NewSecret(text), NewSecret(oneLine(text)))
	}
	if to.proxy != nil && to.proxy.User != nil {
		if password, _ := to.proxy.User.Password(); password != "" {
			keep(password)
			keep(base64.StdEncoding.EncodeToString([]byte(to.proxy.User.Username() + ":" + password)))
		}
	}
	for name, values := range to.header {
		if !secretName(name) {
			continue
		}
		for _, value := range values {
			keep(value)
			// A scheme or a cookie's name may be left out where it is quoted.
			for _, part := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t,;=", r) }) {
				if len(part) >= long {
					keep(part)
				}
			}
		}
	}
}

// secretName reports whether a header of that name holds a secret, as far as
// names tell.
func secretName(header string) bool {
	header = strings.ToLower(header)
	return slices.ContainsFunc([]string{"authorization", "cookie", "key", "token", "secret", "password", "credential"},
		func(word string) bool { return strings.Contains(header, word) })
}
