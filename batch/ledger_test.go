package batch_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"ibremove/batch"
)

// pair is a row's name in the oracle.
type pair struct {
	gid  string
	user int64
}

// randomFile is a file with groups of all sizes, mixed, with repeated and
// invalid rows; the oracle keeps each pair's first line.
func randomFile(rng *rand.Rand) (file string, first map[pair]int, invalid, valid int) {
	var b strings.Builder
	b.WriteString("gid,userId\n")
	first = make(map[pair]int)
	groups, spread := 1+rng.IntN(8), int64(1)<<(4+rng.IntN(50))
	n := 20 + rng.IntN(2000)
	for line := 2; line < n+2; line++ {
		p := pair{fmt.Sprintf("g%d", rng.IntN(1+rng.IntN(groups))), 1 + rng.Int64N(spread)}
		if rng.IntN(10) == 0 && invalid < n/3 {
			invalid++
			fmt.Fprintf(&b, "%s,x%d\n", p.gid, p.user)
			continue
		}
		valid++
		if first[p] == 0 {
			first[p] = line
		}
		fmt.Fprintf(&b, "%s,%d\n", p.gid, p.user)
	}
	return b.String(), first, invalid, valid
}

// TestLedgerAgainstOracle: an account for each pair and for nothing else, one
// verdict a row, duplicates that name their first line, the fewest requests.
func TestLedgerAgainstOracle(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		file, first, invalid, valid := randomFile(rng)
		l, census := check(t, file, batch.CheckOptions{Size: int64(len(file))})
		if l.Accounts() != len(first) || census.InvalidRows() != invalid || census.Rows != valid+invalid || census.Duplicates != valid-len(first) {
			t.Fatalf("seed %d: %d accounts for %d pairs; %+v", seed, l.Accounts(), len(first), census)
		}
		perGroup := make(map[string]int)
		for p := range first {
			perGroup[p.gid]++
			if i, ok := l.Find([]byte(p.gid), p.user); !ok || l.User(i) != p.user || !l.Open(i) {
				t.Fatalf("seed %d: %v is not found", seed, p)
			}
			for _, user := range []int64{p.user - 1, p.user + 1, 1, 1 << 62} {
				if _, ok := l.Find([]byte(p.gid), user); ok != (first[pair{p.gid, user}] > 0) {
					t.Fatalf("seed %d: Find(%s, %d) = %v", seed, p.gid, user, ok)
				}
			}
		}
		size, want := 1+rng.IntN(100), 0
		for n := range maps.Values(perGroup) {
			want += (n + size - 1) / size
		}
		if got := l.Requests(size); got != want {
			t.Errorf("seed %d: %d requests, want %d", seed, got, want)
		}
		judgeAll(t, file, l, func(row *batch.Row, v batch.Verdict) {
			line := first[pair{string(row.GID), row.UserID}]
			status, message := batch.NotSent, "the run stopped"
			switch {
			case row.Fault.Code != "":
				status, message = batch.Invalid, "user id"
			case line != row.Line:
				status, message = batch.Duplicate, fmt.Sprintf("line %d", line)
			}
			if v.Status != status || !strings.Contains(v.Message, message) || v.Done {
				t.Fatalf("seed %d, line %d: %+v, want %v and %q", seed, row.Line, v, status, message)
			}
		})
	}
}

// TestReportRunAgain: rows that are done keep their outcome; a row that is not
// has its pair's, which is sent whatever another row says; lines are those of
// the first input.
func TestReportRunAgain(t *testing.T) {
	const header = "gid,userId,result_line,result_status,result_code,result_message,result_http_status,result_attempts,result_at,result_run_id\n"
	file := header +
		"g,1,12,removed,ok,,200,1,2026-01-02T03:04:05Z,r\n" +
		"g,2,13,failed,pod_message,no,200,1,,r\n" +
		"g,1,14,duplicate,duplicate,same,,,,r\n" +
		"g,3,15,unknown,timeout,late,,2,,r\n" +
		"g,x,16,invalid,bad_user_id,?,,,,r\n" +
		"g,2,17,duplicate,duplicate,same,,,,r\n" +
		"g,4,18,not_sent,http_429,slow,429,5,,r\n" +
		"h,1,19,failed,pod_message,no,200,1,,r\n" +
		"h,1,20,absent,not_member,,,,,r\n" +
		"h,2,21,removed,ok,,200,1,,r\n" +
		"h,2,,,,,,,,\n" + // somebody added it
		"h,2,22,duplicate,duplicate,same,,,,r\n"
	l, census := check(t, file, batch.CheckOptions{})
	var got []string
	judgeAll(t, file, l, func(row *batch.Row, v batch.Verdict) {
		got = append(got, fmt.Sprintf("%d %s %s %v %s", row.InputLine(), v.Status.Name(batch.Remove), v.Code, v.Done, v.Message))
	})
	want := []string{
		"12 removed ok true ", "13 not_sent stopped false the run stopped before this was sent",
		"14 duplicate duplicate true same gid and user id as line 12", "15 unknown timeout false late",
		"16 invalid bad_user_id false " + strings.TrimPrefix(got[4], "16 invalid bad_user_id false "),
		"17 duplicate duplicate false same gid and user id as line 13",
		"18 not_sent interrupted false the run stopped before this was sent again; an earlier request may have been carried out",
		"19 not_sent interrupted false the run stopped before this was sent again; an earlier request may have been carried out",
		"20 absent not_member true ", "21 removed ok true ",
		"12 not_sent interrupted false the run stopped before this was sent again; an earlier request may have been carried out",
		"22 duplicate duplicate false same gid and user id as line 12",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if census.Kept != 3 || census.Duplicates != 3 || l.Requests(200) != 2 || l.Count(batch.Unknown) != 1 {
		t.Errorf("%+v, %d requests, %d unknown", census, l.Requests(200), l.Count(batch.Unknown))
	}
	review, _ := check(t, file, batch.CheckOptions{Review: true})
	if review.Count(batch.Removed) != 2 || review.Count(batch.Absent) != 1 {
		t.Errorf("for a review %d are removed, %d absent", review.Count(batch.Removed), review.Count(batch.Absent))
	}
}

// TestContested: where one row calls a pair done and another one unknown, it is
// looked up before it is sent, in whatever order they stand.
func TestContested(t *testing.T) {
	const header, removed, unknown = "gid,userId,result_line,result_status,result_code\n", "g,1,2,removed,ok\n", "g,1,3,unknown,timeout\n"
	for _, file := range []string{header + removed + unknown, header + unknown + removed, header + removed + unknown + "g,1,4,duplicate,duplicate\n"} {
		l, _ := check(t, file, batch.CheckOptions{})
		if l.Count(batch.Unknown) != 1 || l.Count(batch.Pending) != 0 || l.Doubtful() != 1 {
			t.Errorf("%q: %d unknown, %d pending, %d in doubt", file, l.Count(batch.Unknown), l.Count(batch.Pending), l.Doubtful())
		}
	}
}

// judgeAll reads a file again and hands each row with its verdict on.
func judgeAll(t testing.TB, file string, l *batch.Ledger, each func(*batch.Row, batch.Verdict)) {
	t.Helper()
	r := reader(t, file)
	j := batch.NewJudge(l, r)
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		v, err := j.Row(row)
		if err != nil {
			t.Fatal(err)
		}
		each(row, *v)
	}
}

// FuzzConservation: whatever the bytes, a file that is not refused has exactly
// one verdict for each row, and the counts of its census add up.
func FuzzConservation(f *testing.F) {
	f.Add([]byte("gid,userId\ng,1\ng,1\nh,x\ng,2,3\n"))
	f.Add([]byte("gid;uid;result_status;result_line\ng;1;removed;7\ng;1;failed;8\ng;2;unknown;\ng;1;absent;\n"))
	f.Add([]byte("gid,userId,result_status,result_code\ng,1,not_sent,http_429\ng,0,removed,ok\ng,1,duplicate,\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		var text bytes.Buffer
		source, err := batch.Snapshot(&text, bytes.NewReader(file))
		if err != nil {
			return
		}
		open := func() (*batch.Reader, error) {
			return batch.NewReader(bytes.NewReader(text.Bytes()), source, batch.Layout{})
		}
		r, err := open()
		if err != nil {
			return
		}
		l, census, err := batch.Check(r, batch.CheckOptions{Size: source.Size})
		if err != nil {
			return
		}
		again, err := open()
		if err != nil {
			t.Fatal(err)
		}
		j, rows := batch.NewJudge(l, again), 0
		count := make(map[batch.Status]int)
		for row, err := range again.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			v, err := j.Row(row)
			if err != nil {
				t.Fatal(err)
			}
			rows++
			if v.Prior {
				count[batch.Pending]++ // keeps what the report says
				continue
			}
			count[v.Status]++
		}
		toDo := count[batch.NotSent] + count[batch.Unknown]
		if rows != census.Rows || count[batch.Pending] != census.Kept || count[batch.Invalid] != census.InvalidRows() ||
			count[batch.Duplicate] != census.Duplicates || toDo != l.Count(batch.Pending)+l.Count(batch.Unknown) ||
			rows != census.Kept+census.InvalidRows()+census.Duplicates+toDo {
			t.Errorf("%d rows, verdicts %v, census %+v", rows, count, census)
		}
	})
}
