package main

import (
	"io"
	"io/fs"
	"os"

	"ibremove/cmd/ibremove/internal/bdk"
)

const hintReadable = "name a file that is there and that this account can read."

// onExposed is told of a secret that others can read. Its error ends the
// command.
type onExposed func(why *exitError) error

// refuseExposed is for a private key, as ssh has it.
func refuseExposed(why *exitError) error { return why }

// warnExposed is for what is replaced sooner than a key.
func (t *target) warnExposed(why *exitError) error {
	t.warnings = append(t.warnings, why.Error()+"; "+why.hint)
	return nil
}

// exposure tells exposed if others can read or change a file with a secret.
func exposure(info fs.FileInfo, path, from string, exposed onExposed) error {
	ours, others := accessTo(info, os.Geteuid())
	if !others {
		return nil
	}
	fix := "run: " + shellLine("chmod", "600", path)
	if !ours {
		fix = "its owner has to run: " + shellLine("chmod", "640", path)
	}
	return exposed(refuse(fix, "%s: %s can be read or changed by others (mode %04o)", from, path, info.Mode().Perm()))
}

// contentOf is what a configuration gives as a file, or in place.
func contentOf(f bdk.File, exposed onExposed) ([]byte, error) {
	if f.Path == "" {
		return []byte(f.Content.Reveal()), nil
	}
	return readSecret(f.Path, f.Key, exposed)
}

// readSecret reads a key, a certificate or a token; from is what names it.
func readSecret(path, from string, exposed onExposed) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, refuse(hintReadable, "%s: %w", from, err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, refuse(hintReadable, "%s: %w", from, err)
	}
	if err := exposure(info, path, from, exposed); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, refuse(hintReadable, "%s: %w", from, err)
	}
	return data, nil
}
