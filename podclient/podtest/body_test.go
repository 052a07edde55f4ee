package podtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ibremove/podclient/podtest"
)

// post sends a body straight into the pod, over no connection.
func post(t testing.TB, pod *podtest.Pod, token, gid string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://pod.example"+membership(gid, "remove"), bytes.NewReader(body))
	r.Header.Set("sessionToken", token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	pod.ServeHTTP(w, r)
	return w
}

// FuzzBody holds the reading of a body against encoding/json's: an array of
// integers and nothing else, and at least one.
func FuzzBody(f *testing.F) {
	for _, body := range []string{"[1]", " [ 1 ,\n-2 ]\t", "[]", "[1,]", "[,1]", "[01]", "[-0]", "[-]", "[+1]", "[1.0]", "[1e3]", "[null]", "null",
		"[9223372036854775807]", "[9223372036854775808]", "[-9223372036854775808]", "[1][2]", "[1 2]", `["1"]`, "[[1]]", "[1", "", "{}", "[1-2]", "\ufeff[1]"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		pod := podtest.New(podtest.Options{})
		pod.AddMembers(group)
		w := post(t, pod, pod.Token(), group, body)
		var want []int64
		valid := json.Unmarshal(body, &want) == nil && len(want) > 0 && !bytes.Contains(body, []byte("null")) && len(body) <= 2<<20
		if (w.Code == http.StatusOK) != valid {
			t.Fatalf("%q: %d %s", body, w.Code, w.Body)
		}
		if got := pod.Requests()[0].IDs; !valid && got != nil || valid && !slices.Equal(got, want) {
			t.Errorf("%q was read as %d", body, got)
		}
	})
}

// FuzzGID holds that whatever a group id holds arrives as it was escaped.
func FuzzGID(f *testing.F) {
	for _, gid := range []string{group, "a/b", "%2F", "..", "a b", "é", "a?b#c", "+", "~"} {
		f.Add(gid)
	}
	f.Fuzz(func(t *testing.T, gid string) {
		if gid == "" {
			t.Skip()
		}
		pod := podtest.New(podtest.Options{})
		pod.AddMembers(gid, 1)
		if w := post(t, pod, pod.Token(), url.PathEscape(gid), []byte("[1]")); w.Code != http.StatusOK || pod.IsMember(gid, 1) {
			t.Errorf("%q: %d %s", gid, w.Code, w.Body)
		}
	})
}

// BenchmarkRemove is the whole way of a request but for the wire, in a pod of
// a million members.
func BenchmarkRemove(b *testing.B) {
	const groups, each = 1000, 1000
	for _, size := range []int{200, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			pod := podtest.New(podtest.Options{NoLog: true})
			for g := range groups {
				for id := range int64(each) {
					pod.AddMembers(fmt.Sprint(g), 351775001412105+id)
				}
			}
			token := pod.Token()
			ids := make([]string, size)
			for i := range ids {
				ids[i] = fmt.Sprint(351775001412105 + int64(i))
			}
			body := []byte("[" + strings.Join(ids, ",") + "]")
			pod.Set(func(b *podtest.Behaviour) { b.NonMember = "" }) // each removal like the first
			n := 0
			for b.Loop() {
				if w := post(b, pod, token, fmt.Sprint(n%groups), body); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
				n++
			}
			b.ReportMetric(float64(n*size)/b.Elapsed().Seconds(), "ids/s")
		})
	}
}
