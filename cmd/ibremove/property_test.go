package main_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	main "ibremove/cmd/ibremove"
	"ibremove/podclient/podtest"
)

var propertySeed = flag.Uint64("property.seed", 0, "seed of one random world; 0: a few of them")

// world is a random pod, and a random file about it.
type world struct {
	t      *testing.T
	random *rand.Rand
	pod    *podtest.Pod
	url    string
	dir    string
	before map[string][]int64
	rows   [][2]string
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, random: rand.New(rand.NewPCG(seed, 7)), pod: podtest.New(podtest.Options{}), dir: t.TempDir(), before: map[string][]int64{}}
	groups := 1 + w.random.IntN(4)
	for g := range groups {
		gid := fmt.Sprintf("g%d", g)
		w.pod.AddMembers(gid, 79999999999)
		for u := range 30 {
			if w.random.IntN(4) > 0 {
				w.pod.AddMembers(gid, 70000000000+int64(u))
			}
		}
	}
	for range 5 + w.random.IntN(60) {
		row := [2]string{fmt.Sprintf("g%d", w.random.IntN(groups+1)), strconv.FormatInt(70000000000+w.random.Int64N(35), 10)}
		if w.random.IntN(20) == 0 {
			row[1] = "3.4E+14"
		}
		w.rows = append(w.rows, row)
	}
	rate := func() float64 { return w.random.Float64() * 0.08 }
	w.pod.Set(func(b *podtest.Behaviour) {
		b.RetryAfter = 0
		b.RefuseAll = w.random.IntN(3) == 0
		b.ThrottledDone = w.random.IntN(2) == 0
		b.Order = []podtest.Order{podtest.Ascending, podtest.Descending, podtest.Shuffled}[w.random.IntN(3)]
		b.MaxIDs = []int{0, 0, 3}[w.random.IntN(3)]
		b.Faults = podtest.FaultRates{Seed: seed, Unavailable: rate(), Throttled: rate(), ErrorBefore: rate(), ErrorAfter: rate(),
			Cut: rate(), ResetBefore: rate(), ResetAfter: rate(), Garbage: rate()}
	})
	for _, gid := range w.pod.Groups() {
		w.before[gid] = w.pod.Members(gid)
	}
	server, err := w.pod.Start(podtest.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	w.url = server.URL
	text := "gid,userId\n"
	for _, row := range w.rows {
		text += row[0] + "," + row[1] + "\n"
	}
	w.write("leavers.csv", text)
	w.write("quick.yaml", "retry:\n  initialIntervalMillis: 1\n  maxIntervalMillis: 2\n  maxAttempts: 8\n")
	return w
}

func (w *world) write(name, text string) {
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) call(args ...string) (code int, output string) {
	args = append(args, "--config", filepath.Join(w.dir, "quick.yaml"), "--pod-url", w.url, "--rate", "100000")
	var out bytes.Buffer
	code = main.Main(w.t.Context(), &main.Env{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: w.dir, Now: time.Now,
		Getenv: func(name string) (string, bool) {
			if name == "IBREMOVE_SESSION_TOKEN" {
				return w.pod.Token(), true
			}
			return "", false
		}})
	return code, out.String()
}

// report reads the one report that a pattern names: status by gid,userId.
func (w *world) report(pattern string) (dir string, statuses map[[2]string][]string) {
	found, _ := filepath.Glob(filepath.Join(w.dir, pattern))
	if len(found) != 1 {
		return "", nil
	}
	file, err := os.Open(filepath.Join(found[0], "report.csv"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		w.t.Fatal(err)
	}
	statuses = make(map[[2]string][]string)
	for _, row := range rows[1:] {
		pair := [2]string{row[0], row[1]}
		statuses[pair] = append(statuses[pair], row[3]+" "+row[4])
	}
	return found[0], statuses
}

// TestReportAgreesWithThePod runs random files in random worlds, with faults
// of every kind, and holds every row against the membership; then it takes all
// back.
func TestReportAgreesWithThePod(t *testing.T) {
	t.Parallel()
	seeds := []uint64{*propertySeed}
	if *propertySeed == 0 {
		for i := range uint64(60) {
			seeds = append(seeds, uint64(time.Now().UnixNano())+i)
		}
		seeds = seeds[1:]
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("property.seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			newWorld(t, seed).hold()
		})
	}
}

func (w *world) hold() {
	t := w.t
	code, output := w.call("run", "--yes", "--preflight", "--chunk-size", strconv.Itoa(1+w.random.IntN(9)), filepath.Join(w.dir, "leavers.csv"))
	dir, statuses := w.report("leavers.2*")
	if statuses == nil {
		if code != 2 {
			t.Fatalf("exit %d without a report\n%s", code, output)
		}
		return // refused: more than half of it was invalid
	}
	total := 0
	added := w.before // who will be back after an undo
	for pair, all := range statuses {
		total += len(all)
		id, err := strconv.ParseInt(pair[1], 10, 64)
		first := all[0]
		was := slices.Contains(added[pair[0]], id)
		is := w.pod.IsMember(pair[0], id)
		var truth bool
		switch status, code, _ := strings.Cut(first, " "); status {
		case "removed":
			truth = was && !is || code == "reconciled" && !is
		case "absent":
			truth = !was && !is
		case "failed":
			truth = is == was
		case "not_sent":
			truth = is == was || strings.HasPrefix(code, "http_")
		case "unknown":
			truth = true
		case "invalid":
			truth = err != nil
		}
		if !truth {
			t.Errorf("%v is %q; was a member: %v, is one: %v\n%s", pair, all, was, is, output)
		}
		for _, again := range all[1:] {
			if err == nil && again != "duplicate duplicate" {
				t.Errorf("%v again is %q", pair, again)
			}
		}
	}
	if total != len(w.rows) {
		t.Fatalf("%d rows in the report, %d in the file", total, len(w.rows))
	}
	for gid, members := range w.before {
		for _, id := range members {
			if _, asked := statuses[[2]string{gid, strconv.FormatInt(id, 10)}]; !asked && !w.pod.IsMember(gid, id) {
				t.Errorf("%s,%d is gone, and nobody asked for it", gid, id)
			}
		}
	}
	w.takeBack(dir, statuses)
}

// takeBack undoes the run on a pod that is well again.
func (w *world) takeBack(dir string, statuses map[[2]string][]string) {
	w.pod.Set(func(b *podtest.Behaviour) { b.Faults = podtest.FaultRates{}; b.RefuseAll = false })
	if code, output := w.call("undo", "--yes", dir); code != 0 {
		w.t.Fatalf("undo: exit %d\n%s", code, output)
	}
	for pair, all := range statuses {
		id, err := strconv.ParseInt(pair[1], 10, 64)
		if err != nil {
			continue
		}
		if all[0] == "removed ok" && !w.pod.IsMember(pair[0], id) {
			w.t.Errorf("%v was %q, and is not back", pair, all)
		}
	}
}
