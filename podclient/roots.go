package podclient

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
)

// ParseRoots reads the CA certificates of a PEM bundle, to be added to a
// pool. Every certificate in it must be readable, and there must be one. A
// Java trust store is known by its content, and the error says how to turn it
// into PEM.
func ParseRoots(data []byte) ([]*x509.Certificate, error) {
	if err := notPEM(data); err != nil {
		return nil, err
	}
	var roots []*x509.Certificate
	for block := range blocks(data) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		root, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the bundle is damaged: %w", len(roots)+1, err)
		}
		roots = append(roots, root)
	}
	// A damaged block is no block to the decoder: it would be missing silently.
	if begun := bytes.Count(data, []byte("-----BEGIN CERTIFICATE-----")); begun != len(roots) {
		return nil, fmt.Errorf("only %d of %d certificates in the bundle are readable: copy the file again", len(roots), begun)
	}
	if len(roots) == 0 {
		return nil, errors.New("no PEM certificate: a bundle has parts that begin with '-----BEGIN CERTIFICATE-----'")
	}
	return roots, nil
}

// notPEM tells the usual other formats apart by how they begin.
func notPEM(data []byte) error {
	switch {
	case bytes.HasPrefix(data, []byte{0xfe, 0xed, 0xfe, 0xed}), bytes.HasPrefix(data, []byte{0xce, 0xce, 0xce, 0xce}):
		return errors.New("a Java trust store (JKS), not PEM: convert it with 'keytool -list -rfc -keystore STORE > ca.pem' and name ca.pem")
	case !bytes.HasPrefix(data, []byte{0x30}):
		return nil
	}
	if _, err := x509.ParseCertificate(data); err == nil {
		return errors.New("a certificate in DER, not PEM: convert it with 'openssl x509 -inform der -in CERT -out ca.pem' and name ca.pem")
	}
	return errors.New("a PKCS#12 trust store, not PEM: convert it with 'keytool -list -rfc -keystore STORE > ca.pem' or 'openssl pkcs12 -nokeys -in STORE -out ca.pem' and name ca.pem")
}
