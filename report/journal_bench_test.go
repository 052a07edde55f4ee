package report_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ibremove/batch"
	"ibremove/report"
)

// million is a million user ids in 2,000 chunks, as an offboarding file has
// them: of one tenant, anywhere in it.
func million() []batch.Chunk {
	random := rand.New(rand.NewPCG(1, 2))
	chunks := make([]batch.Chunk, 2000)
	for i := range chunks {
		chunks[i].GID = "571db1f2e4b027c4f055a594"
		for range 500 {
			chunks[i].Users = append(chunks[i].Users, 5000<<36+random.Int64N(1<<36))
		}
		slices.Sort(chunks[i].Users)
	}
	return chunks
}

// asWritten leaves out what only the disk can be slow at.
type asWritten struct{ report.OSDisk }

type asWrittenFile struct{ report.File }

func (asWrittenFile) Sync() error { return nil }

func (d asWritten) Open(name string, flag int, perm fs.FileMode) (report.File, error) {
	f, err := d.OSDisk.Open(name, flag, perm)
	return asWrittenFile{f}, err
}

func writeMillion(b *testing.B, path string, chunks []batch.Chunk) {
	j, err := report.CreateJournal(asWritten{}, path, header())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range chunks {
		if err := j.Record(batch.Entry{Intent: []batch.Chunk{c}}); err != nil {
			b.Fatal(err)
		}
		ok := batch.Outcome{Status: batch.Removed, Code: batch.CodeOK, HTTPStatus: 200, Attempts: 1, At: noon.Unix()}
		if err := j.Record(batch.Entry{Settled: []batch.Settlement{{Chunk: c, Outcome: ok}}}); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkJournalMillion(b *testing.B) {
	chunks, dir := million(), b.TempDir()
	b.ReportAllocs()
	for b.Loop() {
		path := filepath.Join(dir, report.JournalFile)
		if err := os.RemoveAll(path); err != nil {
			b.Fatal(err)
		}
		writeMillion(b, path, chunks)
		setBytes(b, path)
	}
}

func BenchmarkReplayMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), report.JournalFile)
	writeMillion(b, path, million())
	setBytes(b, path)
	b.ReportAllocs()
	for b.Loop() {
		r, err := report.OpenReplay(path)
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range r.Records() {
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func setBytes(b *testing.B, path string) {
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportMetric(float64(info.Size())/1e6, "MB/journal")
}
