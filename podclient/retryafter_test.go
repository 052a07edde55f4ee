package podclient_test

import (
	"strings"
	"testing"
	"time"

	"ibremove/podclient"
)

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)
	tests := []struct {
		v    string
		want time.Duration
		ok   bool
	}{
		{"0", 0, true},
		{"7", 7 * time.Second, true},
		{" 007\t", 7 * time.Second, true},
		{"900", 15 * time.Minute, true},
		{"901", 15 * time.Minute, true},
		{strings.Repeat("9", 400), 15 * time.Minute, true},
		{"Wed, 30 Sep 2026 02:00:30 GMT", 30 * time.Second, true},
		{"Wednesday, 30-Sep-26 02:00:30 GMT", 30 * time.Second, true},
		{"Wed Sep 30 02:00:30 2026", 30 * time.Second, true},
		{"Wed, 30 Sep 2026 01:59:00 GMT", 0, true},
		{"Fri, 01 Jan 9999 00:00:00 GMT", 15 * time.Minute, true},
		{"", 0, false},
		{"soon", 0, false},
		{"-5", 0, false},
		{"+5", 0, false},
		{"1.5", 0, false},
		{"1e3", 0, false},
		{"5 s", 0, false},
		{"٣", 0, false},
	}
	for _, tt := range tests {
		got, ok := podclient.ParseRetryAfter(tt.v, now)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%q: %v, %v, want %v, %v", tt.v, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, v := range []string{"", "5", "99999999999999999999", "Wed, 30 Sep 2026 02:00:30 GMT", "Fri, 01 Jan 0001 00:00:00 GMT"} {
		f.Add(v, int64(1790000000))
	}
	f.Fuzz(func(t *testing.T, v string, now int64) {
		d, ok := podclient.ParseRetryAfter(v, time.Unix(now, 0))
		if d < 0 || d > 15*time.Minute || !ok && d != 0 {
			t.Fatalf("%q: %v, %v", v, d, ok)
		}
	})
}
