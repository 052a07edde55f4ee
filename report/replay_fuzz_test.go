package report_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ibremove/batch"
	"ibremove/report"
)

// frames is a journal of these payloads, made after the words of the format.
func frames(payloads ...[]byte) []byte {
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	var journal []byte
	var sum uint32
	for i, payload := range payloads {
		record := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
		record = binary.LittleEndian.AppendUint32(record, uint32(i+1))
		record = binary.LittleEndian.AppendUint32(record, crc32.Checksum(record, castagnoli))
		record = append(record, payload...)
		sum = crc32.Update(sum, castagnoli, record)
		record = binary.LittleEndian.AppendUint32(record, sum)
		journal = append(append(journal, record...), '\n')
	}
	return journal
}

func headerPayload() []byte {
	h := header()
	h.Format = 1
	text, err := json.Marshal(h)
	if err != nil {
		panic(err)
	}
	return append([]byte("H"), text...)
}

func TestJournalFormat(t *testing.T) {
	var disk memoryDisk
	mustCreate(t, &disk, "",
		batch.Entry{Intent: []batch.Chunk{{GID: "g", Users: []int64{300, 299}}, {GID: "", Users: []int64{1}}}},
		batch.Entry{Settled: []batch.Settlement{{
			Chunk:   batch.Chunk{GID: "g", Users: []int64{300}},
			Outcome: batch.Outcome{Status: batch.Failed, Code: "c", Message: "no", HTTPStatus: 200, Attempts: 2, At: -1},
		}}},
	)
	want := frames(headerPayload(),
		[]byte("I"+"\x01g\x02\xd8\x04\x01"+"\x00\x01\x02"),
		[]byte("S"+"\x03\x01c\x02no\x90\x03\x04\x01"+"\x01g\x01\xd8\x04"),
	)
	if !bytes.Equal(disk.Bytes(), want) {
		t.Errorf("got\n%q\nwant\n%q", disk.Bytes(), want)
	}
}

func TestReplayRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for _, tt := range []struct{ what, payload, want string }{
		{"another kind", "X", "kind 'X'"},
		{"a second header", string(headerPayload()), "kind 'H'"},
		{"no JSON", "E{", "JSON"},
		{"a gid that is cut", "I\x05g", "malformed"},
		{"too many users", "I\x01g\x05\x02", "malformed"},
		{"a number with no end", "I\x01g\x01\xff", "malformed"},
		{"a status that is none", "S\x63\x00\x00\x00\x00\x00\x00\x00", "malformed"},
		{"a number out of range", "S\x01\x00\x00\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00\x00", "malformed"},
		{"no kind", "", "0 bytes long"},
	} {
		_, _, err := read(frames(headerPayload(), []byte(tt.payload)))
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "run/journal: record 2, at byte") {
			t.Errorf("%s: got %v", tt.what, err)
		}
	}
	for _, tt := range []struct{ what, payload, want string }{
		{"no header", "E{}", "not the header"},
		{"no JSON", "H", "JSON"},
		{"a later format", `H{"format":2,"version":"9.0.0","operation":"remove","run_id":"x"}`, `"9.0.0"`},
		{"another operation", `H{"format":1,"operation":"Undo","run_id":"x"}`, `"Undo"`},
		{"no run id", `H{"format":1,"operation":"undo"}`, "run id"},
	} {
		_, _, err := read(frames([]byte(tt.payload)))
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "run/journal") {
			t.Errorf("%s: got %v", tt.what, err)
		}
	}
}

// Any bytes are a journal or are refused. What is read without its torn tail
// is the same; an entry that any payload gives is the same when it is recorded
// and read again.
func FuzzReplay(f *testing.F) {
	journal, ends := sound(f)
	for i, end := range ends {
		f.Add(journal[:end], false)
		f.Add(journal[:end-3], false)
		f.Add(append(journal[:end:end], 0, 0), false)
		f.Add(append(journal[:end-1:end-1], 0), false)
		if i > 0 {
			f.Add(journal[ends[i-1]+12:end-5], true)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, isPayload bool) {
		if isPayload {
			content = frames(headerPayload(), content)
		}
		got, torn, err := read(content)
		if err != nil {
			return
		}
		same := func(records []byte) bool {
			again, _, err := read(slices.Concat(records, []byte("\n")))
			return err == nil && reflect.DeepEqual(got, again)
		}
		// The last end mark may be missing, or be one of the zeros.
		kept := content[:len(content)-int(torn)]
		zero := bytes.HasSuffix(kept, []byte{0})
		if !same(kept) && (!zero || !same(kept[:len(kept)-1])) {
			t.Errorf("%+v is not what is read without the torn tail of %d bytes", got, torn)
		}
		for _, r := range got {
			e, ok := r.(batch.Entry)
			if !ok || len(e.Intent)+len(e.Settled) == 0 {
				continue
			}
			var disk memoryDisk
			mustCreate(t, &disk, "", e)
			if again, _, err := read(disk.Bytes()); err != nil || len(again) != 1 || !reflect.DeepEqual(again[0], r) {
				t.Errorf("first %+v, then %+v, %v", r, again, err)
			}
		}
	})
}

// memoryDisk is a disk with one file.
type memoryDisk struct {
	report.Disk
	bytes.Buffer
}

func (d *memoryDisk) Open(string, int, fs.FileMode) (report.File, error) { return d, nil }
func (d *memoryDisk) SyncDir(string) error                               { return nil }
func (d *memoryDisk) Sync() error                                        { return nil }
func (d *memoryDisk) Close() error                                       { return nil }
