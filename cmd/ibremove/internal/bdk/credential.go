package bdk

import (
	"encoding/base64"
	"path/filepath"
	"strings"

	"ibremove/podclient"
)

// logins are the private key and the certificate: one of them at most.
func logins(bot value) [2]File {
	key, cert := privateKey(bot), certificate(bot)
	if key.Key != "" && cert.Key != "" {
		bot.fail("has both %s and %s: keep the one that the account logs in with", key.Key, cert.Key)
	}
	return [2]File{key, cert}
}

func privateKey(bot value) File {
	return pick(
		entry{path: bot.get("privateKey").get("path"), content: bot.get("privateKey").get("content")},
		entry{path: bot.get("privateKeyPath"), content: bot.get("privateKeyContent")},
	)
}

func certificate(bot value) File {
	section := bot.get("certificate")
	return pick(
		entry{path: section.get("path"), content: section.get("content"), password: section.get("password")},
		entry{path: bot.get("certificatePath"), content: bot.get("certificateContent"), password: bot.get("certificatePassword")},
	)
}

func trustStore(ssl value) File {
	section := ssl.get("trustStore")
	return pick(
		entry{path: section.get("path"), content: section.get("content"), password: section.get("password")},
		entry{path: ssl.get("trustStorePath"), password: ssl.get("trustStorePassword")},
	)
}

// entry is one place where the configuration may give a file.
type entry struct{ path, content, password value }

// pick returns the one file that the entries give, the new keys and the old
// ones. An empty value gives none: templates have such.
func pick(entries ...entry) File {
	var picked File
	add := func(v, password value, f File) {
		if picked.Key != "" {
			v.fail("is given beside %s: keep one of them", picked.Key)
			return
		}
		picked = f
		picked.Key = v.key
		picked.Password = podclient.NewSecret(password.text())
	}
	for _, e := range entries {
		if text := e.path.text(); text != "" {
			add(e.path, e.password, File{Path: resolve(e.path, text)})
		}
		if text := e.content.text(); text != "" {
			add(e.content, e.password, File{Content: content(e.content, text)})
		}
	}
	return picked
}

// resolve joins a relative path to the directory of the configuration file.
func resolve(v value, text string) string {
	path := plainPath(v, text)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(v.file.name), path)
}

// plainPath takes off the file: in front of a path, as Spring writes it.
func plainPath(v value, text string) string {
	if strings.HasPrefix(text, "classpath:") || strings.HasPrefix(text, "classpath*:") {
		v.fail("is in a Java class path, which cannot be read here: give the path of the file itself")
	}
	path, isURL := strings.CutPrefix(text, "file:")
	if !isURL {
		return text
	}
	path, slashes := strings.CutPrefix(path, "//")
	switch {
	case path == "":
		v.fail("has a file: prefix and no path: write file:/path or the path alone")
	case slashes && path[0] != '/':
		v.fail("names another machine: write file:/path or the path alone")
	case path[0] == '/' && filepath.VolumeName(path[1:]) != "": // /C:/…
		return path[1:]
	}
	return path
}

// content takes PEM text as it is, as the Python BDK does, and Base64 text as
// the bytes that it stands for, as the Java BDK does.
func content(v value, text string) podclient.Secret {
	if strings.Contains(text, "-----BEGIN ") {
		return podclient.NewSecret(text)
	}
	packed := strings.Join(strings.Fields(text), "")
	data, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		v.fail("is neither PEM text nor Base64: give the whole file, from its BEGIN line to its END line")
	}
	return podclient.NewSecret(string(data))
}
