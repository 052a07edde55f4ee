package bdk_test

import (
	"strings"
	"testing"

	"ibremove/cmd/ibremove/internal/bdk"
)

// A fault is told to those alone who need the part that it is in.
func TestNeed(t *testing.T) {
	for _, tt := range []struct {
		config string
		part   bdk.Part
		place  string
	}{
		{"host: ${UNSET}\nsessionAuth: {host: h}", bdk.PartAddress, "FILE:1: host: "},
		{"pod: {port: x, host: h}", bdk.PartAddress, "FILE:1: pod.port: "},
		{"host: h\nproxy: {host: p, port: '${UNSET}'}\nsessionAuth: {proxy: {host: p, port: 1}}", bdk.PartProxy, "FILE:2: proxy.port: "},
		{"host: h\npod: {proxy: {host: p, port: 1, username: u, password: '${UNSET}'}}", bdk.PartProxy, "FILE:2: pod.proxy.password: "},
		{"host: h\npod: {defaultHeaders: {A: '${UNSET}'}}", bdk.PartHeaders, "FILE:2: pod.defaultHeaders.A: "},
		{"host: h\nsessionAuth: {host: '${UNSET}'}", bdk.PartSessionAuthAddress, "FILE:2: sessionAuth.host: "},
		{"host: h\nsessionAuth: {proxy: {host: p}}", bdk.PartSessionAuth, "FILE:2: sessionAuth.proxy: "},
		{"host: h\nconnectionTimeout: ${UNSET}", bdk.PartConnectTimeout, "FILE:2: connectionTimeout: "},
		{"host: h\nreadTimeout: ${UNSET}", bdk.PartReadTimeout, "FILE:2: readTimeout: "},
		{"host: h\nssl: {trustStore: {path: '${UNSET}'}}", bdk.PartTrustStore, "FILE:2: ssl.trustStore.path: "},
		{"host: h\nbot: {username: '${UNSET}'}", bdk.PartUsername, "FILE:2: bot.username: "},
		{"host: h\nbot: {privateKey: {path: '${UNSET}'}}", bdk.PartLogin, "FILE:2: bot.privateKey.path: "},
		{"host: h\nbot: {certificate: {path: c, password: '${UNSET}'}}", bdk.PartLogin, "FILE:2: bot.certificate.password: "},
		{"host: h\nretry: {maxAttempts: '${UNSET}'}", bdk.PartMaxAttempts, "FILE:2: retry.maxAttempts: "},
		{"host: h\nretry: {multiplier: '${UNSET}'}", bdk.PartBackoff, "FILE:2: retry.multiplier: "},
	} {
		c, err := bdk.Parse(name, []byte(tt.config), environment(nil))
		if err != nil {
			t.Errorf("%s: %v", tt.config, err)
			continue
		}
		for _, p := range bdk.Parts() {
			switch err := c.Need(p); {
			case p != tt.part && err != nil:
				t.Errorf("%s: part %d: %v", tt.config, p, err)
			case p == tt.part && (err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), name, "FILE"), tt.place)):
				t.Errorf("%s: error %v, want it at %s", tt.config, err, tt.place)
			}
		}
	}
}
