package batch_test

import (
	"bytes"
	"fmt"
	"testing"

	"ibremove/batch"
)

func BenchmarkReader(b *testing.B) {
	for name, format := range map[string]string{
		"plain":  "571db1f2e4b027c4f055a594,%d,Name\n",
		"quoted": "\"571db1f2e4b027c4f055a594\",\"%d\",\"Name\"\r\n",
		"UTF-8":  "571db1f2e4b027c4f055a594,%d,Zoë Müller\n",
	} {
		b.Run(name, func(b *testing.B) {
			const rows = 100_000
			var file bytes.Buffer
			file.WriteString("gid,userId,name\n")
			for i := range rows {
				fmt.Fprintf(&file, format, 347583113330000+i)
			}
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				r, err := batch.NewReader(bytes.NewReader(file.Bytes()), batch.Source{HasLF: true}, batch.Layout{})
				if err != nil {
					b.Fatal(err)
				}
				valid := 0
				for row, err := range r.Rows() {
					if err != nil {
						b.Fatal(err)
					}
					if row.Fault.Code == "" {
						valid++
					}
				}
				if valid != rows {
					b.Fatalf("%d valid rows", valid)
				}
			}
			perSecond := float64(b.N) * rows / b.Elapsed().Seconds()
			b.ReportMetric(perSecond, "rows/s")
			b.ReportMetric(1e9/perSecond, "ns/row")
		})
	}
}
