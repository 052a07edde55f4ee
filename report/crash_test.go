package report_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"ibremove/batch"
	"ibremove/report"
	"ibremove/report/disktest"
)

// run is a whole run on disk: staged, committed, journaled, published. It
// returns how many records of the story must survive a power cut, -1 for none
// at all, and the report that was published.
func run(disk *disktest.Disk) (durable int, published string, err error) {
	durable = -1
	stage, err := report.Stage(disk, disk.Root())
	if err != nil {
		return durable, "", err
	}
	defer func() { err = errors.Join(err, stage.Discard()) }()
	input, err := disk.Open(stage.Path(report.InputFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return durable, "", err
	}
	_, err = input.Write([]byte("gid,userId\n"))
	if err := errors.Join(err, input.Close()); err != nil {
		return durable, "", err
	}
	dir, _, err := stage.Commit("q3", "20260930T120000Z-1f2e3d4c")
	if err != nil {
		return durable, "", err
	}
	j, err := report.CreateJournal(disk, filepath.Join(dir, report.JournalFile), header())
	if err != nil {
		return durable, "", err
	}
	durable = 0
	for i, record := range story() {
		if err := tell(j, record); err != nil {
			return durable, published, errors.Join(err, j.Close())
		}
		if e, ok := record.(batch.Entry); !ok || len(e.Intent) > 0 {
			durable = i + 1
		}
		if _, ended := record.(report.End); !ended {
			continue
		}
		text := fmt.Sprintf("report %d\n", i)
		if _, _, err := report.Publish(disk, filepath.Join(dir, "report.csv"), 0o600, writes(text)); err != nil {
			return durable, published, errors.Join(err, j.Close())
		}
		published = text
	}
	return durable, published, j.Close()
}

// The power is cut before every step in turn, and takes what it may.
func TestPowerCutAtEveryStep(t *testing.T) {
	whole := disktest.New(t.TempDir(), disktest.Fault{})
	if _, _, err := run(whole); err != nil {
		t.Fatal(err)
	}
	steps := whole.Steps()
	for step := range len(steps) + 1 {
		disk := disktest.New(t.TempDir(), disktest.Fault{Step: step + 1, Off: true})
		durable, published, err := run(disk)
		if (err == nil) != (step == len(steps)) {
			t.Fatalf("step %d: %v", step+1, err)
		}
		for name, loss := range disktest.Losses() {
			into := t.TempDir()
			if err := disk.Crash(into, loss); err != nil {
				t.Fatal(err)
			}
			checkCrash(t, fmt.Sprintf("cut before step %d of %v, %s", step+1, steps[:min(step+1, len(steps))], name), into, durable, published)
			if t.Failed() {
				return
			}
		}
	}
}

func checkCrash(t *testing.T, what, dir string, durable int, published string) {
	t.Helper()
	var runs []report.Run
	for r, err := range report.FindRuns(dir) {
		if err != nil || r.Err != nil {
			t.Fatalf("%s: %v %v", what, err, r.Err)
		}
		runs = append(runs, r)
	}
	if len(runs) == 0 {
		if durable >= 0 {
			t.Errorf("%s: no run", what)
		}
		return
	}
	path := filepath.Join(runs[0].Dir, report.JournalFile)
	replay, err := report.OpenReplay(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(replay)
	if err != nil || len(got) < durable || !isPrefix(got) {
		t.Errorf("%s: %d records of %d: %v", what, len(got), durable, err)
		return
	}
	if content, err := os.ReadFile(filepath.Join(runs[0].Dir, report.InputFile)); err != nil || string(content) != "gid,userId\n" {
		t.Errorf("%s: the input is %q, %v", what, content, err)
	}
	content, err := os.ReadFile(filepath.Join(runs[0].Dir, "report.csv"))
	if published != "" && (err != nil || string(content) < published) || err == nil && !strings.HasSuffix(string(content), "\n") {
		t.Errorf("%s: the report is %q, %v; want %q or a later one", what, content, err, published)
	}

	j, err := report.OpenJournal(disktest.New(dir, disktest.Fault{}), replay)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range story()[len(got):] {
		if err := tell(j, record); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, got := mustRead(t, path); len(got) != len(story()) || !isPrefix(got) {
		t.Errorf("%s: gone on with, it tells %+v", what, got)
	}
}

// No step that the disk refuses passes unnoticed, or leaves a staging
// directory or an unpublished file behind.
func TestFullDiskAtEveryStep(t *testing.T) {
	whole := disktest.New(t.TempDir(), disktest.Fault{})
	if _, _, err := run(whole); err != nil {
		t.Fatal(err)
	}
	for step, name := range whole.Steps() {
		disk := disktest.New(t.TempDir(), disktest.Fault{Step: step + 1, Err: syscall.ENOSPC})
		_, _, err := run(disk)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s, step %d: %v", name, step+1, err)
		}
		for _, pattern := range []string{".ibremove-*", "*/.ibremove-*"} {
			if left, _ := filepath.Glob(filepath.Join(disk.Root(), pattern)); len(left) > 0 {
				t.Errorf("%s, step %d: left behind %v", name, step+1, left)
			}
		}
	}
}

// What an fsync lost is written again by the life that goes on.
func TestLostBySyncIsWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	disk := disktest.New(dir, disktest.Fault{Step: 6, Err: syscall.EIO})
	path := filepath.Join(dir, report.JournalFile)
	j, err := report.CreateJournal(disk, path, header())
	if err != nil {
		t.Fatal(err)
	}
	intent := story()[0].(batch.Entry)
	if err := j.Record(intent); !errors.Is(err, syscall.EIO) {
		t.Fatalf("%v: %v", err, disk.Steps())
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	replay, err := report.OpenReplay(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := all(replay); err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if j, err = report.OpenJournal(disk, replay); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.Record(intent), j.Close()); err != nil {
		t.Fatal(err)
	}
	into := t.TempDir()
	if err := disk.Crash(into, disktest.Losses()["all lost"]); err != nil {
		t.Fatal(err)
	}
	if _, got := mustRead(t, filepath.Join(into, report.JournalFile)); len(got) != 2 {
		t.Errorf("%d records, want 2", len(got))
	}
}

// Whatever order several workers record in, an intent that was recorded is
// there after a power cut.
func TestPowerCutAmongWorkers(t *testing.T) {
	for step := 5; step < 40; step += 3 {
		disk := disktest.New(t.TempDir(), disktest.Fault{Step: step, Off: true})
		j, err := report.CreateJournal(disk, filepath.Join(disk.Root(), report.JournalFile), header())
		if err != nil {
			t.Fatal(err)
		}
		var workers sync.WaitGroup
		recorded := make(chan int64, 1000)
		for w := range int64(5) {
			workers.Go(func() {
				for user := w*100 + 1; ; user++ {
					if j.Record(batch.Entry{Intent: []batch.Chunk{{GID: "g", Users: []int64{user}}}}) != nil {
						return
					}
					recorded <- user
				}
			})
		}
		workers.Wait()
		close(recorded)
		_ = j.Close()

		into := t.TempDir()
		if err := disk.Crash(into, disktest.Losses()["all lost"]); err != nil {
			t.Fatal(err)
		}
		_, got := mustRead(t, filepath.Join(into, report.JournalFile))
		var users []int64
		for _, r := range got {
			users = append(users, r.(batch.Entry).Intent[0].Users...)
		}
		for user := range recorded {
			if !slices.Contains(users, user) {
				t.Fatalf("step %d: intent of %d is lost: %v", step, user, users)
			}
		}
	}
}
