package main_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
	"ibremove/podclient/podtest"
)

// work is a file and how it is sent.
type work struct{ rows, groups, chunk int }

// benchPod is a pod that answers at once, and the file that empties it.
type benchPod struct {
	work
	pod   *podtest.Pod
	url   string
	file  string
	gids  []string
	users [][]int64
}

func newBenchPod(b *testing.B, w work) *benchPod {
	p := &benchPod{work: w, pod: podtest.New(podtest.Options{NoLog: true}), file: filepath.Join(b.TempDir(), "leavers.csv")}
	random := rand.New(rand.NewPCG(1, 2))
	p.users = make([][]int64, w.groups)
	for range w.groups {
		p.gids = append(p.gids, fmt.Sprintf("%024x", random.Uint64()))
	}
	var text bytes.Buffer
	text.WriteString("gid,userId,name\n")
	for i := range w.rows {
		g := random.IntN(w.groups)
		user := int64(347583113330000) + int64(i)
		p.users[g] = append(p.users[g], user)
		fmt.Fprintf(&text, "%s,%d,Name %d\n", p.gids[g], user, i)
	}
	if err := os.WriteFile(p.file, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	server, err := p.pod.Start(podtest.Listen{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *benchPod) fill() {
	for g, gid := range p.gids {
		p.pod.AddMembers(gid, p.users[g]...)
	}
}

// least is how many requests the file takes.
func (p *benchPod) least() (n int) {
	for _, users := range p.users {
		n += (len(users) + p.chunk - 1) / p.chunk
	}
	return n
}

// whole is everything that ships: snapshot, check, journal with fsync,
// requests, ordered report, summary, evidence.
func (p *benchPod) whole(b *testing.B) {
	getenv := func(name string) (string, bool) {
		if name == "IBREMOVE_SESSION_TOKEN" {
			return p.pod.Token(), true
		}
		return "", false
	}
	for b.Loop() {
		b.StopTimer()
		p.fill()
		dir := b.TempDir()
		b.StartTimer()
		var out, err bytes.Buffer
		code := main.Main(b.Context(), &main.Env{
			Args:   []string{"run", "--yes", "--json", "--pod-url", p.url, "--rate", "1e9", "--chunk-size", strconv.Itoa(p.chunk), "--runs-dir", dir, p.file},
			Stdin:  strings.NewReader(""),
			Stdout: &out, Stderr: &err,
			Getenv: getenv,
			Now:    time.Now,
		})
		b.StopTimer()
		var s struct{ Requests struct{ Sent int } }
		if e := json.Unmarshal(out.Bytes(), &s); e != nil || code != 0 || s.Requests.Sent != p.least() {
			b.Fatalf("exit %d, %d requests, %d are needed, %v\n%s", code, s.Requests.Sent, p.least(), e, &err)
		}
		b.StartTimer()
	}
	p.perRow(b)
}

// plain is what people write: read, group, post, write. It checks nothing, and
// forgets everything when it is killed.
func (p *benchPod) plain(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		p.fill()
		out := filepath.Join(b.TempDir(), "out.csv")
		b.StartTimer()
		if err := plainLoop(p, out); err != nil {
			b.Fatal(err)
		}
	}
	p.perRow(b)
}

func (p *benchPod) perRow(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(p.rows), "ns/row")
}

// BenchmarkJob holds the whole job against the plain loop; both include the
// simulator. Compare the two of one run.
func BenchmarkJob(b *testing.B) {
	p := newBenchPod(b, work{100_000, 100, 500})
	b.Run("whole", p.whole)
	b.Run("plain", p.plain)
}

// BenchmarkGrowth is the whole job as the work grows: nothing may cost more
// than in proportion to the rows or, if they are more, to the requests.
func BenchmarkGrowth(b *testing.B) {
	for _, c := range []struct {
		name string
		work
	}{
		{"rows=10k", work{10_000, 100, 500}},
		{"rows=100k", work{100_000, 100, 500}},
		{"rows=1M", work{1_000_000, 100, 500}},
		{"groups=1", work{100_000, 1, 500}},
		{"groups=1k", work{100_000, 1000, 500}},
		{"groups=20k", work{100_000, 20_000, 500}},
		{"groups=200k", work{200_000, 200_000, 500}},
		{"chunk=1", work{20_000, 100, 1}},
		{"chunk=100", work{100_000, 100, 100}},
		{"chunk=10k", work{100_000, 10, 10_000}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newBenchPod(b, c.work)
			p.whole(b)
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(p.least()), "µs/request")
			b.ReportMetric(float64(p.least()), "requests")
		})
	}
}

func plainLoop(p *benchPod, out string) error {
	in, err := os.Open(p.file)
	if err != nil {
		return err
	}
	defer in.Close()
	groups := make(map[string][]int64)
	r := csv.NewReader(in)
	r.ReuseRecord = true
	for n := 0; ; n++ {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		id, err := strconv.ParseInt(row[1], 10, 64)
		if err != nil {
			return err
		}
		groups[row[0]] = append(groups[row[0]], id)
	}
	to, err := os.Create(out)
	if err != nil {
		return err
	}
	defer to.Close()
	w := csv.NewWriter(to)
	type chunk struct {
		gid string
		ids []int64
	}
	chunks := make(chan chunk)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	token := p.pod.Token()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for c := range chunks {
				body, _ := json.Marshal(c.ids)
				req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, p.url+"/pod/v1/admin/group/"+c.gid+"/membership/remove", bytes.NewReader(body))
				req.Header.Set("sessionToken", token)
				req.Header.Set("Content-Type", "application/json")
				resp, err := client.Do(req)
				if err != nil {
					continue
				}
				var result struct {
					Results []string `json:"results"`
				}
				_ = json.NewDecoder(resp.Body).Decode(&result)
				_ = resp.Body.Close()
				mu.Lock()
				for i, text := range result.Results {
					_ = w.Write([]string{c.gid, strconv.FormatInt(c.ids[i], 10), text})
				}
				mu.Unlock()
			}
		})
	}
	for gid, ids := range groups {
		for lo := 0; lo < len(ids); lo += p.chunk {
			chunks <- chunk{gid, ids[lo:min(lo+p.chunk, len(ids))]}
		}
	}
	close(chunks)
	wg.Wait()
	w.Flush()
	return w.Error()
}
