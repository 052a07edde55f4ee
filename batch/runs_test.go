package batch_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"ibremove/batch"
)

// TestVerdictsAgainstAccounts: whatever the outcomes, in stretches or mixed
// to the last, a row's verdict is what its own account says.
func TestVerdictsAgainstAccounts(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 2))
		file, first, _, _ := randomFile(rng)
		l, _ := check(t, file, batch.CheckOptions{Size: int64(len(file))})
		stretch := 1 + rng.IntN(200)
		for c := range l.Where(func(uint32) bool { return true }) {
			for lo := 0; lo < len(c.Items); lo += stretch {
				o := batch.Outcome{Status: batch.Removed, Code: batch.CodeOK, At: rng.Int64N(3)}
				if rng.IntN(4) == 0 {
					o = batch.Outcome{Status: batch.Failed, Code: batch.CodePodMessage, Message: fmt.Sprint("no ", rng.IntN(3))}
				}
				l.Settle(c.Items[lo:min(lo+stretch, len(c.Items))], o)
			}
		}
		judgeAll(t, file, l, func(row *batch.Row, v batch.Verdict) {
			if row.Fault.Code != "" {
				return
			}
			item, ok := l.Find(row.GID, row.UserID)
			if !ok {
				t.Fatalf("seed %d: line %d has no account", seed, row.Line)
			}
			want := l.Outcome(item)
			if first[pair{string(row.GID), row.UserID}] != row.Line {
				want = batch.Outcome{Status: batch.Duplicate, Code: batch.CodeDuplicate, Message: v.Message}
			}
			if v.Outcome != want || v.Done != l.Outcome(item).Status.Done() || row.Group() < 0 || l.GID(row.Group()) != string(row.GID) {
				t.Fatalf("seed %d, stretch %d, line %d: %+v, want %+v", seed, stretch, row.Line, v, want)
			}
		})
	}
}

// TestSame: other bytes than those of the snapshot do not pass for them.
func TestSame(t *testing.T) {
	const file = "gid,userId\ng,1\n"
	s, err := batch.Snapshot(io.Discard, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(s.Same(strings.NewReader(file))); err != nil || string(got) != file {
		t.Errorf("the same: %q, %v", got, err)
	}
	for _, other := range []string{"", "gid,userId\ng,2\n", file + "g,2\n", file[:5]} {
		if _, err := io.ReadAll(s.Same(strings.NewReader(other))); err == nil || !strings.Contains(err.Error(), "changed") {
			t.Errorf("%q: %v", other, err)
		}
	}
	broken := errors.New("I/O error")
	if _, err := io.ReadAll(s.Same(io.MultiReader(bytes.NewReader([]byte(file[:5])), iotest.ErrReader(broken)))); !errors.Is(err, broken) {
		t.Errorf("a read error: %v", err)
	}
}

// TestManyGroups: groups that look alike in their last bytes, and short ones.
func TestManyGroups(t *testing.T) {
	var b strings.Builder
	b.WriteString("gid,userId\n")
	gid := func(i int) string {
		switch i % 3 {
		case 0:
			return fmt.Sprintf("%dsuffix-of-all", i)
		case 1:
			return fmt.Sprint("g", i)
		}
		return fmt.Sprintf("571db1f2e4b027c4f%07d", i)
	}
	const n = 20_000
	for round := range 2 {
		for i := range n {
			fmt.Fprintf(&b, "%s,%d\n", gid(i), 68719476742+i+n*round)
		}
	}
	l, census := check(t, b.String(), batch.CheckOptions{})
	if l.Groups() != n || l.Accounts() != 2*n || l.Requests(200) != n || census.InvalidRows() != 0 {
		t.Fatalf("%d groups, %d accounts, %+v", l.Groups(), l.Accounts(), census)
	}
	for i := range n {
		if l.GID(i) != gid(i) {
			t.Fatalf("group %d is %s", i, l.GID(i))
		}
	}
}
