package podclient

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMessage is the most runes of a message; what is cut off ends in "…".
const maxMessage = 500

// clean makes a text from outside safe to print: one line of valid UTF-8, no
// control characters, no secret, at most maxMessage runes.
func (e *exchange) clean(text string) string {
	// In this order: a secret is found only in a text that is whole.
	return cut(e.redact(oneLine(text)), maxMessage)
}

// cleanError returns err, or its cleaned text alone if that differs.
func (e *exchange) cleanError(err error) error {
	if err == nil {
		return nil
	}
	if text := e.clean(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

func (e *exchange) redact(text string) string {
	return e.client.redact(text, append([]Secret{e.token}, e.secret...)...)
}

// redact puts "[secret]" for the session's token, the client's other secrets,
// and more. A short one counts only where it stands by itself: it may be part
// of a common word.
func (c *Client) redact(text string, more ...Secret) string {
	var pairs []string
	add := func(s Secret) {
		secret := s.Reveal()
		switch {
		case s.IsZero() || secret == "" || !strings.Contains(text, secret):
		case len(secret) < 16:
			text = redactWord(text, secret)
		default:
			pairs = append(pairs, secret, redacted)
		}
	}
	if token := c.token.Load(); token != nil {
		add(*token)
	}
	for _, s := range more {
		add(s)
	}
	for _, s := range c.secrets {
		add(s)
	}
	if pairs == nil {
		return text
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// redactWord puts "[secret]" for a word where no letter or digit adjoins it.
func redactWord(text, word string) string {
	isPart := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	var b strings.Builder
	for {
		head, tail, found := strings.Cut(text, word)
		b.WriteString(head)
		if !found {
			return b.String()
		}
		before, _ := utf8.DecodeLastRuneInString(b.String())
		after, _ := utf8.DecodeRuneInString(tail)
		if isPart(before) || isPart(after) {
			b.WriteString(word)
		} else {
			b.WriteString(redacted)
		}
		text = tail
	}
}

// keepSecret remembers the password of to's proxy in the spellings in which
// it could come back: as it is, as in a URL, as in a Proxy-Authorization header.
func (c *Client) keepSecret(to *endpoint) {
	if to.proxy == nil || to.proxy.User == nil {
		return
	}
	password, _ := to.proxy.User.Password()
	if password == "" {
		return
	}
	user := to.proxy.User.Username()
	_, escaped, _ := strings.Cut(url.UserPassword("", password).String(), ":")
	basic := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	for _, s := range []string{basic, escaped, password, oneLine(password)} {
		c.secrets = append(c.secrets, NewSecret(s))
	}
}

// oneLine turns runs of white space and control characters into one space
// and drops what is invisible (such as marks that turn the reading direction).
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}

// cut shortens text to at most most runes.
func cut(text string, most int) string {
	n := 0
	keep := 0
	for i := range text {
		if n == most-1 {
			keep = i
		}
		if n++; n > most {
			return text[:keep] + "…"
		}
	}
	return text
}
