package batch_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"ibremove/batch"
)

// million is a file of a million rows of a thousand groups, mixed.
func million() []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	b := append(make([]byte, 0, 50<<20), "gid,userId\n"...)
	for range 1_000_000 {
		b = fmt.Appendf(b, "571db1f2e4b027c4f055%04d,%d\n", rng.IntN(1000), int64(506)<<36+rng.Int64N(1<<30))
	}
	return b
}

func openMillion(b *testing.B, file []byte) *batch.Reader {
	r, err := batch.NewReader(bytes.NewReader(file), batch.Source{Size: int64(len(file)), HasLF: true}, batch.Layout{})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkCheck reads a million rows into a ledger; it tells how much of it
// stays.
func BenchmarkCheck(b *testing.B) {
	file := million()
	var l *batch.Ledger
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		var err error
		if l, _, err = batch.Check(openMillion(b, file), batch.CheckOptions{Size: int64(len(file))}); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.N)*1e6/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/float64(l.Accounts()), "B/account")
	runtime.KeepAlive(file)
}

// BenchmarkWhere cuts a million accounts into chunks by group.
func BenchmarkWhere(b *testing.B) {
	file := million()
	l, _, err := batch.Check(openMillion(b, file), batch.CheckOptions{Size: int64(len(file))})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		for c := range l.Where(l.Open) {
			n += len(c.Users)
		}
		if n != l.Accounts() {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.N)*float64(l.Accounts())/b.Elapsed().Seconds(), "accounts/s")
}
