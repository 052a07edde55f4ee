package bdk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ibremove/cmd/ibremove/internal/bdk"
)

func TestFaults(t *testing.T) {
	const advice = ": check quotes, colons and indentation (spaces, no tabs), and put a value with special characters in quotes"
	for _, tt := range []struct{ name, config, want string }{
		{"empty", "", "FILE: is empty: give at least host and bot.username"},
		{"comments only", "# host: x\n---\n", "FILE: is empty: give at least host and bot.username"},
		{"list", "- host: x\n", "FILE:1: holds no keys: a BDK configuration begins with keys such as host: and bot:"},
		{"text", "acme.symphony.com", "FILE:1: holds no keys: a BDK configuration begins with keys such as host: and bot:"},
		{"binary", "host: \xff", "FILE: is not UTF-8 text: save it as UTF-8"},
		{"NUL", "host: a\x00", "FILE: is not UTF-8 text: save it as UTF-8"},
		{"UTF-16", "\xff\xfeh\x00", "FILE: is not UTF-8 text: save it as UTF-8"},
		{"large", "#" + strings.Repeat("x", 256<<10), "FILE: is over 256 KiB: this is no BDK configuration"},
		{"two documents", "host: a\n---\nhost: b\n", "FILE:3: begins a second document: keep one in the file"},
		{"open quote", "host: a\nbot:\n  username: \"SECRET\n", "FILE:3: is not valid YAML, could not find end character of double-quoted text" + advice},
		{"two colons", "host: SECRET: b\n", "FILE:1: is not valid YAML, mapping value is not allowed in this context" + advice},
		{"tab", "bot:\n\tusername: SECRET\n", "FILE:2: is not valid YAML" + advice},
		{"reserved character", "password: @SECRET\n", "FILE:1: is not valid YAML, '@' is a reserved character" + advice},
		{"block header", "bot:\n  username: |SECRET\n", "FILE:2: is not valid YAML" + advice},
		{"broken JSON", "{\"host\": \"a\",\n \"bot\": {\"username\": \"SECRET\"\n}\n", "FILE:1: is not valid YAML, could not find flow mapping end token '}'" + advice},
		{"deep brackets", "a:\n" + strings.Repeat(" [", 60_000), "FILE:2: is nested too deep: this is no BDK configuration"},
		{"deep lists", "a:\n " + strings.Repeat("- ", 60_000), "FILE:2: is nested too deep: this is no BDK configuration"},

		{"a key twice", "host: a\nbot:\n  username: x\n  privateKeyPath: y\n  username: SECRET\n", "FILE:5: bot.username: is given twice, first on line 3: keep one of them"},
		{"a key twice, JSON", "{\"bot\": {},\n\"host\": \"a\",\n\"bot\": {}}", "FILE:3: bot: is given twice, first on line 1: keep one of them"},
		{"a key twice, ignored section", "app:\n- {\"a b\": 1, \"a b\": 2}\n", `FILE:2: app[0]."a b": is given twice, first on line 2: keep one of them`},
		{"a long key twice", strings.Repeat("x", 100) + ": 1\n" + strings.Repeat("x", 100) + ": 2\n", `FILE:2: "` + strings.Repeat("x", 64) + `": is given twice, first on line 1: keep one of them`},
		{"nameless anchor", "bot:\n  username: &SECRET\nhost: a\n", "FILE:2: bot.username: begins with &, which names a value and has none here: put it in quotes"},
		{"unknown alias", "bot: {username: *SECRET }", "FILE:1: bot.username: begins with *, which repeats a named value, and there is none of that name: put it in quotes"},
		{"circle", "bot: &b\n  bot: *b\n", "FILE:2: bot.bot: begins with *, which repeats a named value, and there is none of that name: put it in quotes"},
		{"unknown tag", "bot:\n  username: !vault SECRET\n", "FILE:2: bot.username: begins with !, a type that is not known here: put it in quotes"},
		{"merge of text", "pod:\n  <<: SECRET\n", "FILE:2: pod.<<: must name a mapping, or a list of mappings"},

		{"section is text", "host: a\nbot: SECRET\n", "FILE:2: bot: must hold keys of its own, such as bot.username"},
		{"spring section is text", "bdk:\n  bot: [SECRET]\n", "FILE:2: bdk.bot: must hold keys of its own, such as bdk.bot.username"},
		{"value is mapping", "host: {a: SECRET}\n", "FILE:1: host: must be a single value, not a list or a mapping"},
		{"value is list", "host: a\nbot:\n  privateKey:\n    path: [SECRET]\n", "FILE:4: bot.privateKey.path: must be a single value, not a list or a mapping"},
		{"after a block", "host: a\r\nbot:\r\n  privateKey:\r\n    content: |\r\n      -----BEGIN \r\n      SECRET\r\n\r\n  # note\r\n  username: [x]\r\n", "FILE:9: bot.username: must be a single value, not a list or a mapping"},
		{"headers are text", "defaultHeaders: SECRET", "FILE:1: defaultHeaders: must be a mapping of header names to values"},
		{"header name", "defaultHeaders: {'a b': SECRET}", `FILE:1: defaultHeaders."a b": is no name of a header: use letters, digits and -`},
		{"header value", "pod: {defaultHeaders: {A: \"SECRET\\r\\nB: c\"}}", "FILE:1: pod.defaultHeaders.A: must be one line, without control characters"},

		{"scheme", "host: a\nscheme: ftp", "FILE:2: scheme: must be https (or http, to this machine only)"},
		{"port text", "host: a\nport: SECRET", "FILE:2: port: must be a whole number from 1 to 65535"},
		{"port of 0", "host: a\nsessionAuth:\n  port: 0", "FILE:3: sessionAuth.port: must be a whole number from 1 to 65535"},
		{"large port", "host: a\npod: {port: 65536}", "FILE:2: pod.port: must be a whole number from 1 to 65535"},
		{"fractional port", "host: a\nport: 443.0", "FILE:2: port: must be a whole number from 1 to 65535"},
		{"signed port", "host: a\nport: +443", "FILE:2: port: must be a whole number from 1 to 65535"},
		{"empty port", "host: a\nport: ''", "FILE:2: port: must be a whole number from 1 to 65535"},
		{"host with scheme", "host: https://SECRET@a", "FILE:1: host: must be a host name alone, such as acme.symphony.com, with no scheme, port, path or password in it"},
		{"host with port", "pod:\n  host: a:443", "FILE:2: pod.host: must be a host name alone, such as acme.symphony.com, with no scheme, port, path or password in it"},
		{"host with zone", "host: fe80::1%eth0", "FILE:1: host: must be a host name alone, such as acme.symphony.com, with no scheme, port, path or password in it"},
		{"empty host", "host: ''", "FILE:1: host: must be a host name alone, such as acme.symphony.com, with no scheme, port, path or password in it"},
		{"context with query", "host: a\ncontext: /x?y", "FILE:2: context: must be a plain path, such as symphony/pod, with no query and no escapes"},
		{"context upwards", "host: a\ncontext: a/../b", "FILE:2: context: must be a plain path, such as symphony/pod, with no query and no escapes"},
		{"proxy without host", "proxy: {port: 1}", "FILE:1: proxy: has no host: give the proxy's host name under proxy.host"},
		{"proxy without port", "pod:\n  proxy:\n    host: p", "FILE:3: pod.proxy: has no port: give the proxy's port under pod.proxy.port"},
		{"proxy as address", "proxy: {host: 'http://u:SECRET@p', port: 1}", "FILE:1: proxy.host: must be a host name alone, such as acme.symphony.com, with no scheme, port, path or password in it"},
		{"endless timeout", "readTimeout: 0", "FILE:1: readTimeout: must be a whole number from 1 to 2147483647"},
		{"timeout with unit", "pod: {connectionTimeout: 15s}", "FILE:1: pod.connectionTimeout: must be a whole number from 1 to 2147483647"},
		{"no attempts", "retry: {maxAttempts: 0}", "FILE:1: retry.maxAttempts: must not be 0: give how often a request is sent at most"},
		{"no number", "retry: {multiplier: .nan}", "FILE:1: retry.multiplier: must be a number"},

		{"two logins", "bot:\n  privateKey: {path: a}\n  certificate: {path: b}", "FILE:2: bot: has both bot.privateKey.path and bot.certificate.path: keep the one that the account logs in with"},
		{"path and content", "bot:\n  privateKey:\n    path: a\n    content: \"-----BEGIN SECRET\"", "FILE:4: bot.privateKey.content: is given beside bot.privateKey.path: keep one of them"},
		{"new key and old", "bot:\n  certificatePath: a\n  certificate: {path: b}", "FILE:2: bot.certificatePath: is given beside bot.certificate.path: keep one of them"},
		{"class path", "bot: {privateKey: {path: 'classpath:/key.pem'}}", "FILE:1: bot.privateKey.path: is in a Java class path, which cannot be read here: give the path of the file itself"},
		{"class paths", "ssl: {trustStore: {path: 'classpath*:t.pem'}}", "FILE:1: ssl.trustStore.path: is in a Java class path, which cannot be read here: give the path of the file itself"},
		{"another machine", "bot: {privateKeyPath: 'file://nas/key.pem'}", "FILE:1: bot.privateKeyPath: names another machine: write file:/path or the path alone"},
		{"no path", "bot: {privateKeyPath: 'file:'}", "FILE:1: bot.privateKeyPath: has a file: prefix and no path: write file:/path or the path alone"},
		{"content", "bot: {privateKey: {content: SECRET!}}", "FILE:1: bot.privateKey.content: is neither PEM text nor Base64: give the whole file, from its BEGIN line to its END line"},

		{"unset variable", "host: a\nbot:\n  username: ${BOT_USER}\n", "FILE:3: bot.username: environment variable BOT_USER is not set: set it, or give a default as in ${BOT_USER:-default}"},
		{"variable without end", "host: a\nbot: {username: '${SECRET'}", "FILE:2: bot.username: has a ${ without its }: close it, or write $${ for a plain ${"},
		{"no variable", "bot: {username: '${SECRET WORD}'}", "FILE:1: bot.username: has a ${ } that is neither ${NAME} nor ${NAME:-default}: write it so, or $${ for a plain ${"},
		{"nested variable", "bot: {username: '${A:-${B}}'}", "FILE:1: bot.username: has a ${ } that is neither ${NAME} nor ${NAME:-default}: write it so, or $${ for a plain ${"},
		{"variable of the wrong kind", "host: ${WRONG}", "FILE:1: host: must be a host name alone, such as acme.symphony.com, with no scheme, port, path or password in it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			c, err := bdk.Parse(name, []byte(tt.config), environment(map[string]string{"WRONG": "SECRET: {}"}))
			if err == nil {
				err = c.Need(bdk.Parts()...)
			}
			if err == nil {
				t.Fatalf("no error, but\n%s", describe(c))
			}
			if got := strings.ReplaceAll(err.Error(), name, "FILE"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if strings.Contains(err.Error(), "SECRET") {
				t.Errorf("tells a secret: %s", err)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %s", d)
			}
		})
	}
}

// Aliases of aliases, which a reader that copies would never finish.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("m0: &m0 {host: acme.symphony.com}\nl0: &l0 [x]\n")
	const levels = 500
	for i := range levels {
		fmt.Fprintf(&b, "m%d: &m%[1]d {<<: [%s]}\n", i+1, strings.Repeat(fmt.Sprintf("*m%d, ", i), 9))
		fmt.Fprintf(&b, "l%d: &l%[1]d [%s]\n", i+1, strings.Repeat(fmt.Sprintf("*l%d, ", i), 9))
	}
	fmt.Fprintf(&b, "pod: *m%d\n", levels)
	c, err := bdk.Parse(name, []byte(b.String()), environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Pod.URL.String(), "https://acme.symphony.com/pod"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
