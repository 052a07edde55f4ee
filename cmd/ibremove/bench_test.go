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

const (
	benchRows   = 100_000
	benchGroups = 100
	benchChunk  = 500
)

// benchPod is a pod that answers at once, and the file that empties it.
type benchPod struct {
	pod   *podtest.Pod
	url   string
	file  string
	gids  []string
	users [][]int64
}

func newBenchPod(b *testing.B) *benchPod {
	p := &benchPod{pod: podtest.New(podtest.Options{NoLog: true}), file: filepath.Join(b.TempDir(), "leavers.csv")}
	random := rand.New(rand.NewPCG(1, 2))
	p.users = make([][]int64, benchGroups)
	for range benchGroups {
		p.gids = append(p.gids, fmt.Sprintf("%024x", random.Uint64()))
	}
	var text bytes.Buffer
	text.WriteString("gid,userId,name\n")
	for i := range benchRows {
		g := random.IntN(benchGroups)
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

// BenchmarkWholeJob is everything that ships: snapshot, check, journal with
// fsync, requests, ordered report, summary, evidence. Hold it against
// BenchmarkPlainLoop of the same run; both include the simulator.
func BenchmarkWholeJob(b *testing.B) {
	p := newBenchPod(b)
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
		var out bytes.Buffer
		code := main.Main(b.Context(), &main.Env{
			Args:   []string{"run", "--yes", "--pod-url", p.url, "--rate", "1e9", "--chunk-size", strconv.Itoa(benchChunk), "--runs-dir", dir, p.file},
			Stdin:  strings.NewReader(""),
			Stdout: &out, Stderr: &out,
			Getenv: getenv,
			Now:    time.Now,
		})
		if code != 0 {
			b.Fatalf("exit %d\n%s", code, &out)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

// BenchmarkPlainLoop is what people write: read, group, post, write. It checks
// nothing, and forgets everything when it is killed.
func BenchmarkPlainLoop(b *testing.B) {
	p := newBenchPod(b)
	for b.Loop() {
		b.StopTimer()
		p.fill()
		out := filepath.Join(b.TempDir(), "out.csv")
		b.StartTimer()
		if err := plainLoop(p, out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
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
	work := make(chan chunk)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	token := p.pod.Token()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for c := range work {
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
		for lo := 0; lo < len(ids); lo += benchChunk {
			work <- chunk{gid, ids[lo:min(lo+benchChunk, len(ids))]}
		}
	}
	close(work)
	wg.Wait()
	w.Flush()
	return w.Error()
}
