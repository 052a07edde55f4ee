package podclient_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ibremove/podclient"
)

func TestDecodeMembers(t *testing.T) {
	tests := []struct {
		name, body string
		want       []int64
		err        string
	}{
		{"some", `[351775001412105,1]`, []int64{351775001412105, 1}, ""},
		{"none", ` [ ] `, []int64{}, ""},
		{"white space", "\n[ 1 ,\t2\r\n, 3 ]\n", []int64{1, 2, 3}, ""},
		{"bounds", `[9223372036854775807,-9223372036854775808,0]`, []int64{1<<63 - 1, -1 << 63, 0}, ""},
		{"beyond int64", `[9223372036854775808]`, nil, "not an id within 64 bits"},
		{"fraction", `[1,2.0]`, nil, "entry 2 of the member list is not a whole"},
		{"exponent", `[3.47583E+14]`, nil, "not a whole number"},
		{"exponent alone", `[3e5]`, nil, "not a whole number"},
		{"leading zero", `[007]`, nil, "leading zero"},
		{"plus", `[+7]`, nil, "not a whole number"},
		{"null", `[1,null]`, nil, "entry 2 of the member list: not a whole number"},
		{"string", `["1"]`, nil, "not a whole number"},
		{"signs inside", `[1-2]`, nil, "not an id"},
		{"trailing comma", `[1,]`, nil, "not a whole number"},
		{"leading comma", `[,1]`, nil, "not a whole number"},
		{"no comma", `[1 2]`, nil, "not a whole number"},
		{"cut in the list", `[1,2`, nil, "cut"},
		{"cut after a comma", `[1,`, nil, "not a whole number"},
		{"cut at once", `[`, nil, "not a whole number"},
		{"follows", `[1]]`, nil, "follows"},
		{"null for a list", `null`, nil, "not a JSON array: null"},
		{"object", `{"ids":[1]}`, nil, "not a JSON array"},
		{"empty", ``, nil, "not a JSON array"},
		{"more than asked", `[1,2,3,4]`, nil, "more than the 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podclient.DecodeMembers([]byte(tt.body), 3)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func FuzzDecodeMembers(f *testing.F) {
	for _, body := range []string{`[]`, `[1, 2 ,-3]`, `[0,-0]`, `[1e3]`, `[null]`, `null`, `[01]`, `[9223372036854775808]`, `[1`, `[1]x`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := podclient.DecodeMembers(body, 100)
		var ids []*int64
		ok := json.Unmarshal(body, &ids) == nil && ids != nil && !slices.Contains(ids, nil) && len(ids) <= 100
		if ok != (err == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", body, err, ok)
		}
		for i := range got {
			if got[i] != *ids[i] {
				t.Fatalf("%q: entry %d is %d, encoding/json has %d", body, i+1, got[i], *ids[i])
			}
		}
	})
}

func BenchmarkDecodeMembers(b *testing.B) {
	body := []byte("[" + strings.TrimSuffix(strings.Repeat("351775001412105,", 10000), ",") + "]")
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := podclient.DecodeMembers(bytes.Clone(body), 10000); err != nil {
			b.Fatal(err)
		}
	}
}
