package report_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"ibremove/batch"
	"ibremove/report"
	"ibremove/report/disktest"
)

// A journal that failed once says so for ever, and leaves the disk alone.
func TestJournalDiesOfAnyFault(t *testing.T) {
	whole := disktest.New(t.TempDir(), disktest.Fault{})
	mustCreate(t, whole, whole.Root(), story()...)
	for step, name := range whole.Steps() {
		for _, fault := range []disktest.Fault{
			{Err: syscall.ENOSPC}, {Err: syscall.EIO}, {Err: syscall.ENOSPC, Short: true}, {Short: true},
		} {
			verb, _, _ := strings.Cut(name, " ")
			if verb == "close" || fault.Short && verb != "write" {
				continue
			}
			fault.Step = step + 1
			t.Run(fmt.Sprintf("%d %s %+v", step+1, verb, fault), func(t *testing.T) {
				journalDies(t, disktest.New(t.TempDir(), fault), fault)
			})
		}
	}
}

func journalDies(t *testing.T, disk *disktest.Disk, fault disktest.Fault) {
	path := filepath.Join(disk.Root(), report.JournalFile)
	j, err := report.CreateJournal(disk, path, header())
	told := 0
	for err == nil && told < len(story()) {
		if err = tell(j, story()[told]); err == nil {
			told++
		}
	}
	if !errors.Is(err, report.ErrNotDurable) || fault.Err != nil && !errors.Is(err, fault.Err) {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the journal: %v", err)
	}
	if j == nil {
		return
	}
	steps := len(disk.Steps())
	for _, again := range []error{j.Record(story()[0].(batch.Entry)), j.End(report.End{}), j.Life(report.Life{}), j.Sync()} {
		if again != err { //nolint:errorlint // the very same one
			t.Errorf("first %v, then %v", err, again)
		}
	}
	if n := len(disk.Steps()); n != steps {
		t.Errorf("a dead journal touched the disk: %v", disk.Steps()[steps:])
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	r, err := report.OpenReplay(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := all(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) < told || !isPrefix(got) {
		t.Errorf("told %d, read %d: %+v", told, len(got), got)
	}
}

func TestJournalIsClosed(t *testing.T) {
	j, err := report.CreateJournal(report.OSDisk{}, filepath.Join(t.TempDir(), "journal"), header())
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.End(report.End{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// Ten workers record at once: while the first waits for its fsync the nine
// others write, and one more fsync is enough for them.
func TestIntentsShareAnFsync(t *testing.T) {
	disk := &slowDisk{wrote: make(chan struct{}, 20), syncing: make(chan struct{}, 20), release: make(chan struct{})}
	path := filepath.Join(t.TempDir(), "journal")
	j, err := report.CreateJournal(disk, path, header())
	if err != nil {
		t.Fatal(err)
	}
	<-disk.wrote
	disk.slow = true

	var workers sync.WaitGroup
	record := func(user int64) {
		if err := j.Record(batch.Entry{Intent: []batch.Chunk{{GID: "g", Users: []int64{user}}}}); err != nil {
			t.Error(err)
		}
	}
	workers.Go(func() { record(1) })
	<-disk.wrote
	<-disk.syncing
	for i := range 9 {
		workers.Go(func() { record(int64(i + 2)) })
	}
	for range 9 {
		<-disk.wrote
	}
	close(disk.release)
	workers.Wait()
	if n := 1 + len(disk.syncing); n != 2 {
		t.Errorf("%d fsyncs, want 2", n)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, got := mustRead(t, path); len(got) != 10 {
		t.Errorf("%d records, want 10", len(got))
	}
}

// slowDisk tells each write and, once it is slow, each fsync, which then waits
// for release.
type slowDisk struct {
	report.OSDisk
	slow           bool
	wrote, syncing chan struct{}
	release        chan struct{}
}

type slowFile struct {
	report.File
	disk *slowDisk
}

func (d *slowDisk) Open(name string, flag int, perm os.FileMode) (report.File, error) {
	f, err := d.OSDisk.Open(name, flag, perm)
	return slowFile{f, d}, err
}

func (f slowFile) Write(p []byte) (int, error) {
	defer func() { f.disk.wrote <- struct{}{} }()
	return f.File.Write(p)
}

func (f slowFile) Sync() error {
	if f.disk.slow {
		f.disk.syncing <- struct{}{}
		<-f.disk.release
	}
	return f.File.Sync()
}
