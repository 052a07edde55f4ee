package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"ibremove/cmd/ibremove/internal/bdk"
	"ibremove/podclient"
)

// login is what proves who the account is.
type login int

const (
	noLogin login = iota
	tokenFile
	token // of the environment
	keyFile
	configKey
	configCertificate
)

// login is the first that is given: by a flag, then in the environment, then
// in the configuration.
func (o *Options) login(c *bdk.Config) login {
	switch {
	case o.SessionTokenFile != "":
		return tokenFile
	case !o.SessionToken.IsZero() && !o.GivenByFlag("private-key-file"):
		return token
	case o.PrivateKeyFile != "":
		return keyFile
	case c.PrivateKey.Key != "":
		return configKey
	case c.Certificate.Key != "":
		return configCertificate
	}
	return noLogin
}

// credentials reads what the login needs.
func (t *target) credentials(o *Options, c *bdk.Config) error {
	switch o.login(c) {
	case tokenFile:
		data, err := readSecret(o.SessionTokenFile, "--session-token-file", t.warnExposed)
		if err != nil {
			return err
		}
		t.config.Token = podclient.NewSecret(strings.TrimSpace(string(data)))
		if t.config.Token.IsZero() || t.config.Token.Reveal() == "" {
			return refuse("write a session token into it, or log in with --private-key-file.", "--session-token-file: %s is empty", o.SessionTokenFile)
		}
	case token:
		t.config.Token = o.SessionToken
	case keyFile:
		return t.key(bdk.File{Path: o.PrivateKeyFile, Key: "--private-key-file"})
	case configKey:
		t.configExposed(c, c.PrivateKey)
		return t.key(c.PrivateKey)
	case configCertificate:
		t.configExposed(c, c.Certificate)
		if t.config.SessionAuth.URL == nil {
			return refuse("", "%w", c.Missing())
		}
		return t.certificate(c.Certificate)
	}
	return nil
}

// configExposed warns of a secret that stands in a configuration which others
// can read. That is a file of many uses: it is not refused.
func (t *target) configExposed(c *bdk.Config, f bdk.File) {
	if f.Path != "" && f.Password.IsZero() {
		return
	}
	if info, err := os.Stat(c.Name); err == nil {
		_ = exposure(info, c.Name, f.Key, t.warnExposed)
	}
}

func (t *target) key(f bdk.File) error {
	data, err := contentOf(f, refuseExposed)
	if err != nil {
		return err
	}
	if t.config.Key, err = podclient.ParseKey(data); err != nil {
		return refuse("", "%s: %w", where(f), err)
	}
	return nil
}

func (t *target) certificate(f bdk.File) error {
	data, err := contentOf(f, t.warnExposed)
	if err != nil {
		return err
	}
	certificate, err := podclient.ParseCertificate(data, f.Password)
	if err != nil {
		return refuse("", "%s: %w", where(f), err)
	}
	t.config.Certificate = &certificate
	return nil
}

// roots adds to the system's certificates; it never takes their place.
func (t *target) roots(o *Options, c *bdk.Config) error {
	var files []bdk.File
	if o.CAFile != "" {
		files = append(files, bdk.File{Path: o.CAFile, Key: "--ca-file"})
	}
	if c.TrustStore.Key != "" {
		files = append(files, c.TrustStore)
	}
	if len(files) == 0 {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, f := range files {
		data := []byte(f.Content.Reveal())
		if f.Path != "" {
			if data, err = os.ReadFile(f.Path); err != nil {
				return refuse(hintReadable, "%s: %w", f.Key, err)
			}
		}
		certificates, err := podclient.ParseRoots(data)
		if err != nil && o.CAFile != "" && f.Path != o.CAFile { // the flag has given what that could not
			t.warnings = append(t.warnings, fmt.Sprintf("%s is not used: %v", where(f), err))
			continue
		}
		if err != nil {
			return refuse("", "%s: %w", where(f), err)
		}
		for _, c := range certificates {
			pool.AddCert(c)
		}
	}
	t.config.RootCAs = pool
	return nil
}

func where(f bdk.File) string {
	if f.Path == "" {
		return f.Key
	}
	return f.Key + ": " + f.Path
}
