package podclient

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// minKeyBits is the least that a signature takes.
const minKeyBits = 1024

// errEncryptedKey says how to make a key readable.
var errEncryptedKey = errors.New("the private key is encrypted: write a readable copy with 'openssl pkey -in KEY -out COPY', which only this account may read")

// ParseKey reads an RSA private key in PEM, PKCS#1 or PKCS#8; other blocks
// of the file are passed over. Its errors say what the file holds instead;
// they quote none of it.
func ParseKey(data []byte) (*rsa.PrivateKey, error) {
	other := errors.New("no PEM private key: it begins with '-----BEGIN PRIVATE KEY-----' or '-----BEGIN RSA PRIVATE KEY-----'")
	for block := range blocks(data) {
		switch block.Type {
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return nil, errEncryptedKey
			}
			key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			return checkKey(key, err)
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			return checkKey(key, err)
		case "ENCRYPTED PRIVATE KEY":
			return nil, errEncryptedKey
		case "EC PRIVATE KEY":
			return nil, errNotRSA
		case "OPENSSH PRIVATE KEY":
			return nil, errors.New("the private key is in OpenSSH's own format: convert a copy of it with 'ssh-keygen -p -m PEM -f COPY'")
		case "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE":
			other = fmt.Errorf("a %s and no private key: name the file with the private half", block.Type)
		}
	}
	return nil, other
}

var errNotRSA = errors.New("the private key is not RSA: the pod takes RSA keys alone ('openssl genrsa 4096')")

func checkKey(parsed crypto.PrivateKey, err error) (*rsa.PrivateKey, error) {
	if err != nil {
		return nil, errors.New("the private key is damaged: copy the file again")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errNotRSA
	}
	if bits := key.N.BitLen(); bits < minKeyBits {
		return nil, fmt.Errorf("the private key has %d bits: make one of 4096 ('openssl genrsa 4096')", bits)
	}
	return key, nil
}

// ParseCertificate reads a client certificate with its key: PEM with both,
// or PKCS#12 under password.
func ParseCertificate(data []byte, password Secret) (tls.Certificate, error) {
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		return parsePKCS12(data, password)
	}
	for block := range blocks(data) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			return tls.Certificate{}, errEncryptedKey
		}
	}
	cert, err := tls.X509KeyPair(data, data)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("the PEM file must hold a certificate and its private key: %w", err)
	}
	return cert, nil
}

func parsePKCS12(data []byte, password Secret) (tls.Certificate, error) {
	key, leaf, chain, err := pkcs12.DecodeChain(data, password.Reveal())
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return tls.Certificate{}, errors.New("the PKCS#12 file does not open with this password: check bot.certificate.password")
	}
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("neither PEM nor a readable PKCS#12 file: %w", err)
	}
	if !pair(key, leaf) {
		return tls.Certificate{}, errors.New("the private key of the PKCS#12 file does not belong to its first certificate: export the two together again")
	}
	cert := tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
	for _, c := range chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return cert, nil
}

// pair reports whether key is the private half of what cert certifies.
func pair(key crypto.PrivateKey, cert *x509.Certificate) bool {
	signer, signs := key.(crypto.Signer)
	public, compares := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	return signs && compares && public.Equal(signer.Public())
}

// blocks yields the PEM blocks of data; a byte order mark is no reason to miss
// the first.
func blocks(data []byte) func(yield func(*pem.Block) bool) {
	return func(yield func(*pem.Block) bool) {
		data := bytes.TrimPrefix(data, []byte("\ufeff"))
		for {
			block, rest := pem.Decode(data)
			if block == nil || !yield(block) {
				return
			}
			data = rest
		}
	}
}
