package bdk_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"ibremove/cmd/ibremove/internal/bdk"
)

// name is absolute on every system that the tests run on.
var name = filepath.Join(filepath.VolumeName(mustAbs(".")), string(filepath.Separator), "etc", "bot", "config.yaml")

func mustAbs(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return abs
}

func environment(vars map[string]string) func(string) (string, bool) {
	return func(key string) (string, bool) {
		text, ok := vars[key]
		return text, ok
	}
}

// below is a file beside the configuration, without the first slash of its
// path, as it stands behind file:///.
func below(file string) string {
	return strings.TrimPrefix(filepath.ToSlash(filepath.Join(filepath.Dir(name), file)), "/")
}

// services are the lines of one base address.
func services(base string) string {
	return fmt.Sprintf("base %s\npod %[1]s/pod\nlogin %[1]s/login\nsessionauth %[1]s/sessionauth\n", base)
}

const noHost = "missing FILE: host: not set: give the pod's host name there or under pod.host, or name the pod with --pod-url\n"

func TestParse(t *testing.T) {
	vars := map[string]string{
		"POD_HOST": "acme.symphony.com", "PORT": "8443", "EMPTY": "", "BOT": "ib-bot",
		"PASSWORD": "p: {a}\n${BOT} #\"'", "KEY": "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n",
	}
	acme := services("https://acme.symphony.com")
	for _, tt := range []struct{ name, config, want string }{
		{"smallest", "host: acme.symphony.com", acme},
		{"java", `
scheme: https
host: ACME.symphony.com
port: 443
connectionTimeout: 10000
readTimeout: 30000
proxy:
  host: proxy.acme.com
  port: 3128
  username: proxy user
  password: p@ss/word
defaultHeaders:
  user-agent: bot/1.0
  X-Number: 12
sessionAuth:
  host: acme-api.symphony.com
  port: 8444
keyManager:
  host: acme-api.symphony.com
bot:
  username: ib-bot
  privateKey:
    path: rsa/privatekey.pem
app:
  appId: x
  privateKey: {path: app.pem, content: both}
datafeed:
  version: ${UNSET}
retry:
  maxAttempts: 6
  initialIntervalMillis: 500
  multiplier: 1.5
  maxIntervalMillis: 300000
ssl:
  trustStore:
    path: ../all_symphony_certs_truststore
    password: changeit
`, `base https://acme.symphony.com
pod https://acme.symphony.com/pod
pod proxy http://proxy%20user:p%40ss%2Fword@proxy.acme.com:3128
pod header User-Agent: bot/1.0
pod header X-Number: 12
login https://acme.symphony.com/login
login proxy http://proxy%20user:p%40ss%2Fword@proxy.acme.com:3128
login header User-Agent: bot/1.0
login header X-Number: 12
sessionauth https://acme-api.symphony.com:8444/sessionauth
sessionauth proxy http://proxy%20user:p%40ss%2Fword@proxy.acme.com:3128
sessionauth header User-Agent: bot/1.0
sessionauth header X-Number: 12
timeouts 10s 30s
trust ../all_symphony_certs_truststore (ssl.trustStore.path)
trust password "changeit"
user ib-bot
key rsa/privatekey.pem (bot.privateKey.path)
retry 6 500ms 1.5 5m0s
`},
		{"python", `
_version: '2.0'
pod:
  host: pod.acme.com
  port: 8443
  context: /symphony/
  proxy: {host: proxy.acme.com, port: 80}
agent: {host: agent.acme.com}
bot:
  username: ib-bot
  certificate:
    path: cert.pem
sessionAuth:
  host: auth.acme.com
`, `base https://pod.acme.com:8443/symphony
pod https://pod.acme.com:8443/symphony/pod
pod proxy http://proxy.acme.com
login https://pod.acme.com:8443/symphony/login
login proxy http://proxy.acme.com
sessionauth https://auth.acme.com/sessionauth
user ib-bot
certificate cert.pem (bot.certificate.path)
`},
		{"spring", `
server: {port: 8080}
host: other.acme.com
bdk:
  host: ${POD_HOST:localhost}
  bot:
    username: ${UNSET:ib-bot}
    privateKey.path: ignored
    privateKey:
      path: key.pem
logging: {level: "${UNSET}"}
`, acme + "user ib-bot\nkey key.pem (bdk.bot.privateKey.path)\n"},
		{"json", "{\n\t\"host\":\"acme.symphony.com\",\"port\":\"443\",\n\t\"bot\": {\"username\": \"\\u0069b-bot\", \"privateKey\": {\"content\": \"-----BEGIN RSA PRIVATE KEY-----\\nYQ==\\n\"}}\n}\n",
			acme + "user ib-bot\nkey \"-----BEGIN RSA PRIVATE KEY-----\\nYQ==\\n\" (bot.privateKey.content)\n"},
		{"old keys", "host: acme.symphony.com\nbot: {username: b, privateKeyPath: k.pem}\nssl: {trustStorePath: t.pem, trustStorePassword: s}",
			acme + "trust t.pem (ssl.trustStorePath)\ntrust password \"s\"\nuser b\nkey k.pem (bot.privateKeyPath)\n"},
		{"old certificate keys", "host: acme.symphony.com\nbot: {certificatePath: c.p12, certificatePassword: s}",
			acme + "certificate c.p12 (bot.certificatePath)\ncertificate password \"s\"\n"},
		{"root falls back key by key", "scheme: http\nhost: root\nport: 8080\ncontext: ctx\nreadTimeout: 5\npod: {host: pod, readTimeout: 7}\nsessionAuth: {port: 80, context: ''}",
			"base http://pod:8080/ctx\npod http://pod:8080/ctx/pod\nlogin http://pod:8080/ctx/login\nsessionauth http://root/sessionauth\ntimeouts 15s 7ms\n"},
		{"proxy and headers are taken whole", "host: h\nproxy: {host: p, port: 1, username: u, password: s}\ndefaultHeaders: {A: a, B: b}\npod: {proxy: {host: q, port: 2}, defaultHeaders: {C: c}}",
			"base https://h\npod https://h/pod\npod proxy http://q:2\npod header C: c\nlogin https://h/login\nlogin proxy http://q:2\nlogin header C: c\nsessionauth https://h/sessionauth\nsessionauth proxy http://u:s@p:1\nsessionauth header A: a\nsessionauth header B: b\n"},
		{"a bdk key that is no section", "host: acme.symphony.com\nbdk: 2.0", acme},
		{"own header before a merged one", "x: &x {b: 2, c: 3}\nhost: acme.symphony.com\nsessionAuth:\n  defaultHeaders:\n    <<: *x\n    B: 1\n    D: ~\n",
			acme + "sessionauth header B: 1\nsessionauth header C: 3\n"},
		{"nulls are not given", "host: acme.symphony.com\nport:\nproxy: ~\npod:\nbot: {username: null, privateKey: , certificate: {path: '', password: '${UNSET}'}}", acme},
		{"a default port of the other scheme stays", "scheme: HTTP\nhost: localhost", services("http://localhost:443")},
		{"addresses", "host: '::1'\npod: {host: '[FE80::1]', port: 8443}",
			"base https://[fe80::1]:8443\npod https://[fe80::1]:8443/pod\nlogin https://[fe80::1]:8443/login\nsessionauth https://[::1]/sessionauth\n"},
		{"context", "host: h\ncontext: //a/b.c//", services("https://h/a/b.c")},
		{"environment", `
host: ${POD_HOST}
port: "${PORT}"
context: ${UNSET:-/a}${EMPTY}/${UNSET:-}b${EMPTY:-no}
bot: {username: "pre-${BOT}-$${BOT}-$$5", privateKey: {content: "${KEY}"}}
proxy: {host: p, port: 1, username: u, password: "${PASSWORD}"}
`, strings.ReplaceAll(`base https://acme.symphony.com:8443/a/b
pod https://acme.symphony.com:8443/a/b/pod
pod proxy PROXY
login https://acme.symphony.com:8443/a/b/login
login proxy PROXY
sessionauth https://acme.symphony.com:8443/a/b/sessionauth
sessionauth proxy PROXY
user pre-ib-bot-${BOT}-$$5
key "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n" (bot.privateKey.content)
`, "PROXY", `http://u:p%3A%20%7Ba%7D%0A$%7BBOT%7D%20%23%22%27@p:1`)},
		{"content in base64, as java has it", "host: acme.symphony.com\nbot:\n  certificate:\n    content: |\n      MIIB\n      AAE=\n    password: s",
			acme + "certificate \"0\\x82\\x01\\x00\\x01\" (bot.certificate.content)\ncertificate password \"s\"\n"},
		{"values as they are spelled", "host: acme.symphony.com\nbot: {username: 007, certificate: {path: 1e3, password: 0x1F}}",
			acme + "user 007\ncertificate 1e3 (bot.certificate.path)\ncertificate password \"0x1F\"\n"},
		{"absolute path", "host: acme.symphony.com\nbot: {privateKeyPath: '" + filepath.Join(filepath.Dir(name), "k") + "'}",
			acme + "key k (bot.privateKeyPath)\n"},
		{"paths as Spring has them", "host: acme.symphony.com\nssl: {trustStorePath: 'file:///" + below("t.pem") + "'}\nbot: {privateKeyPath: 'file:k.pem'}",
			acme + "trust t.pem (ssl.trustStorePath)\nkey k.pem (bot.privateKeyPath)\n"},
		{"absolute path as Spring has it", "host: acme.symphony.com\nbot: {certificate: {path: 'file:" + filepath.ToSlash(filepath.Dir(name)) + "/c.pem'}}",
			acme + "certificate c.pem (bot.certificate.path)\n"},
		{"anchors and merges", "x: &pw secret\ny: &p {host: p, port: 1, password: other}\nz: &q {port: 9}\nhost: acme.symphony.com\npod:\n  proxy:\n    <<: [*p, *q]\n    username: !!str u\n    password: *pw\n",
			strings.NewReplacer("acme.symphony.com/pod", "acme.symphony.com/pod\npod proxy http://u:secret@p:1", "/login", "/login\nlogin proxy http://u:secret@p:1").Replace(acme)},
		{"BOM, CRLF, document marks", "\ufeff---\r\nhost: acme.symphony.com\r\nbot:\r\n  username: b\r\n...\r\n", acme + "user b\n"},
		{"retry without end", "host: acme.symphony.com\nretry: {maxAttempts: -1, multiplier: 0.5}", acme + fmt.Sprintf("retry %d 0s 0 0s\n", math.MaxInt)},
		{"no host", "bot: {username: b}", "user b\n" + noHost},
		{"no host, spring", "bdk: {bot: {username: b}}", "user b\n" + strings.NewReplacer("host:", "bdk.host:", "pod.host", "bdk.pod.host").Replace(noHost)},
		{"no host for a certificate", "pod: {host: h}\nbot: {certificatePath: c}",
			"base https://h\npod https://h/pod\nlogin https://h/login\ncertificate c (bot.certificatePath)\nmissing FILE: sessionAuth.host: not set: a login with bot.certificatePath goes there; give the host name there or under host\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := bdk.Parse(name, []byte(tt.config), environment(vars))
			if err == nil {
				err = c.Need(bdk.Parts()...)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(c); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
