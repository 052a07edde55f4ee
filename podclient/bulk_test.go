package podclient_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ibremove/podclient"
)

func TestDecodeBulk(t *testing.T) {
	tests := []struct {
		name string
		body string
		n    int
		want []string
		err  string // part of the error; empty: none
	}{
		{"all done", `{"overallResult":"SUCCESS","results":["",""]}`, 2, []string{"", ""}, ""},
		{"one message", `{"overallResult":"FAIL","results":["","no such user"]}`, 2, []string{"", "no such user"}, ""},
		{"white space is text", `{"overallResult":"FAIL","results":[" "]}`, 1, []string{" "}, ""},
		{"order, spaces and other keys", " {\n\"x\" : {\"results\":[[\"]}\",1.5e3,{}],null]} , \"results\" :\t[ \"\" , \"a\" ] ,\"y\":-1, \"overallResult\" : \"FAIL\" } \r\n", 2, []string{"", "a"}, ""},
		{"escapes", `{"overallResult":"FAIL","results":["\"\\\u00e9\n\/","\ud83d\ude00"]}`, 2, []string{"\"\\é\n/", "😀"}, ""},
		{"half a surrogate", `{"overallResult":"FAIL","results":["\ud83d!"]}`, 1, []string{"\uFFFD!"}, ""},
		{"escaped key", `{"overallResult":"SUCCESS","result\u0073":[""]}`, 1, []string{""}, ""},

		{"success with a message", `{"overallResult":"SUCCESS","results":["","no"]}`, 2, nil, "1 of 2"},
		{"fail without a message", `{"overallResult":"FAIL","results":["",""]}`, 2, nil, "no result is a message"},
		{"too short, as documented", `{"overallResult":"SUCCESS","results":[""]}`, 2, nil, "1 results for 2 ids"},
		{"too long", `{"overallResult":"FAIL","results":["","a","b"]}`, 2, nil, "3 results for 2 ids"},
		{"empty results", `{"overallResult":"SUCCESS","results":[]}`, 1, nil, "0 results"},
		{"null result", `{"overallResult":"SUCCESS","results":["",null]}`, 2, nil, "result 2 is not a string"},
		{"number result", `{"overallResult":"SUCCESS","results":[0]}`, 1, nil, "not a string"},
		{"results null", `{"overallResult":"SUCCESS","results":null}`, 1, nil, "not an array"},
		{"results an object", `{"overallResult":"SUCCESS","results":{"":""}}`, 1, nil, "not an array"},
		{"no results", `{"overallResult":"SUCCESS"}`, 1, nil, "no results"},
		{"no overallResult", `{"results":[""]}`, 1, nil, "overallResult"},
		{"overallResult null", `{"overallResult":null,"results":[""]}`, 1, nil, "not a string"},
		{"another overallResult", `{"overallResult":"success","results":[""]}`, 1, nil, `"success"`},
		{"keys keep their case", `{"OverallResult":"SUCCESS","results":[""]}`, 1, nil, "overallResult"},
		{"results twice", `{"overallResult":"SUCCESS","results":["no"],"results":[""]}`, 1, nil, `"results" twice`},
		{"twice, once escaped", `{"overallResult":"SUCCESS","results":["no"],"result\u0073":[""]}`, 1, nil, "twice"},
		{"another key twice", `{"a":1,"overallResult":"SUCCESS","a":1,"results":[""]}`, 1, nil, `"a" twice`},
		{"cut", `{"overallResult":"SUCCESS","results":["",`, 2, nil, "not JSON"},
		{"something follows", `{"overallResult":"SUCCESS","results":[""]}{}`, 1, nil, "not JSON"},
		{"trailing comma", `{"overallResult":"SUCCESS","results":["",]}`, 1, nil, "not JSON"},
		{"an array", `[""]`, 1, nil, "not a JSON object"},
		{"null", `null`, 1, nil, "not a JSON object"},
		{"empty", ``, 1, nil, "empty"},
		{"sign-on page", `<html>log in</html>`, 1, nil, "not JSON, or is cut: <html>"},
		{"not UTF-8", "{\"overallResult\":\"FAIL\",\"results\":[\"\xff\"]}", 1, nil, "UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podclient.DecodeBulk([]byte(tt.body), tt.n)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// oracle decides as decodeBulk should, by tokens of encoding/json.
func oracle(body []byte, n int) ([]string, bool) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	values := map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		if _, twice := values[key.(string)]; twice {
			return nil, false
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, false
		}
		values[key.(string)] = v
	}
	if _, err := d.Token(); err != nil {
		return nil, false
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, false
	}
	var overall *string
	var results []*string
	if json.Unmarshal(values["overallResult"], &overall) != nil || overall == nil ||
		json.Unmarshal(values["results"], &results) != nil || results == nil || len(results) != n {
		return nil, false
	}
	failed := false
	out := make([]string, n)
	for i, r := range results {
		if r == nil {
			return nil, false
		}
		out[i] = *r
		failed = failed || *r != ""
	}
	return out, *overall == "SUCCESS" && !failed || *overall == "FAIL" && failed
}

func FuzzDecodeBulk(f *testing.F) {
	for _, body := range []string{
		`{"overallResult":"SUCCESS","results":["",""]}`,
		`{"overallResult":"FAIL","results":["","\ud800\"]"],"x":{"a":[1,{}]}}`,
		` { "x" : "}" , "results":[ null ],"overallResult":"FAIL"}`,
		`{"a":1,"a":2}`, `{}`, `[]`, `""`, `{"results":["\\"]}`,
	} {
		f.Add([]byte(body), 2)
	}
	f.Fuzz(func(t *testing.T, body []byte, n int) {
		n = max(0, n%8)
		got, err := podclient.DecodeBulk(body, n)
		want, ok := oracle(body, n)
		if ok != (err == nil) {
			t.Fatalf("%q for %d: %v, the oracle says %v", body, n, err, ok)
		}
		if ok && !slices.Equal(got, want) {
			t.Fatalf("%q for %d: %q, the oracle has %q", body, n, got, want)
		}
	})
}

func TestAppendIDs(t *testing.T) {
	got := podclient.AppendIDs(nil, []int64{351775001412105, 1, 9223372036854775807})
	if want := "[351775001412105,1,9223372036854775807]"; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func BenchmarkDecodeBulk(b *testing.B) {
	for _, n := range []int{200, 10000} {
		done := `{"overallResult":"SUCCESS","results":[` + strings.TrimSuffix(strings.Repeat(`"",`, n), ",") + `]}`
		failed := `{"overallResult":"FAIL","results":[` + strings.TrimSuffix(strings.Repeat(`"user is deactivated",`, n), ",") + `]}`
		for name, body := range map[string][]byte{"done": []byte(done), "failed": []byte(failed)} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := podclient.DecodeBulk(body, n); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/result")
			})
		}
	}
}

func BenchmarkAppendIDs(b *testing.B) {
	ids := make([]int64, 10000)
	for i := range ids {
		ids[i] = 351775001412105 + int64(i)
	}
	var buf []byte
	for b.Loop() {
		buf = podclient.AppendIDs(buf[:0], ids)
	}
	b.SetBytes(int64(len(buf)))
}
