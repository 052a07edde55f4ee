package report_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"ibremove/batch"
	"ibremove/report"
)

// BenchmarkPublish makes the report of 200,000 rows of 200 groups, mixed: once
// all are removed, and once every other account has failed.
func BenchmarkPublish(b *testing.B) {
	const rows, groups = 200_000, 200
	rng := rand.New(rand.NewPCG(1, 2))
	file := []byte("gid,userId,name\n")
	for i := range rows {
		file = fmt.Appendf(file, "571db1f2e4b027c4f055%04d,%d,Name %d\n", rng.IntN(groups), int64(506)<<36+int64(i), i)
	}
	source, err := batch.Snapshot(io.Discard, bytes.NewReader(file))
	if err != nil {
		b.Fatal(err)
	}
	read := func() *batch.Reader {
		r, err := batch.NewReader(source.Same(bytes.NewReader(file)), source, batch.Layout{})
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	for _, mixed := range []bool{false, true} {
		b.Run(map[bool]string{false: "removed", true: "mixed"}[mixed], func(b *testing.B) {
			ledger, census, err := batch.Check(read(), batch.CheckOptions{Size: source.Size})
			if err != nil {
				b.Fatal(err)
			}
			removed := batch.Outcome{Status: batch.Removed, Code: batch.CodeOK, HTTPStatus: 200, Attempts: 1, At: noon.Unix()}
			failed := batch.Outcome{Status: batch.Failed, Code: batch.CodePodMessage, Message: "no", HTTPStatus: 200, Attempts: 1, At: noon.Unix()}
			for c := range ledger.WithStatus(batch.Pending) {
				ledger.Settle(c.Items, removed)
				for i := 0; mixed && i < len(c.Items); i += 2 {
					ledger.Settle(c.Items[i:i+1], failed)
				}
			}
			p := report.Publication{Disk: asWritten{}, Dir: b.TempDir(), RunID: "20260930T020000Z-1f2e3d4c", Ledger: ledger,
				Rows: census.Rows, At: time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)}
			for b.Loop() {
				if _, err := p.Publish(read()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
