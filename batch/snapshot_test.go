package batch_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ibremove/batch"
)

func TestSnapshot(t *testing.T) {
	const text = "gid,userId\ng,5\n"
	for name, tt := range map[string]struct{ file, want string }{
		"plain":        {text, text},
		"empty":        {"", ""},
		"one byte":     {"\x1f", "\x1f"},
		"UTF-16":       {utf16Text(text, true), utf16Text(text, true)},
		"gzip":         {zipped(text), text},
		"empty gzip":   {zipped(""), ""},
		"two members":  {zipped(text) + zipped("g,6\n"), text + "g,6\n"},
		"long":         {strings.Repeat(text, 100000), strings.Repeat(text, 100000)},
		"gzip of gzip": {zipped(zipped(text)), zipped(text)},
	} {
		for how, through := range readers {
			var got bytes.Buffer
			s, err := batch.Snapshot(&got, through(strings.NewReader(tt.file)))
			if err != nil || got.String() != tt.want {
				t.Errorf("%s, %s: %d bytes, %v", name, how, got.Len(), err)
			}
			if s.Size != int64(len(tt.want)) || s.SHA256 != sha256.Sum256([]byte(tt.want)) {
				t.Errorf("%s, %s: %d bytes, %x", name, how, s.Size, s.SHA256)
			}
		}
	}
}

func TestSnapshotLineFeeds(t *testing.T) {
	for file, want := range map[string]bool{
		"":                                   false,
		"a\rb\r":                             false,
		"a\nb":                               true,
		strings.Repeat("a\r", 1<<20) + "\n":  true,
		utf16Text("a\r\u0A0A\u0A00b", false): false, // its bytes have one
		utf16Text("a\r\u0A0A\u0A00b", true):  false,
		utf16Text("\u0100\u0A61b", false):    false, // 00 01 61 0A
		utf16Text("a\n", false):              true,
		utf16Text("a\n", true):               true,
		utf16Text(strings.Repeat("a", 1<<18)+"\n", false): true,
	} {
		if s, err := batch.Snapshot(io.Discard, iotest.OneByteReader(strings.NewReader(file))); err != nil || s.HasLF != want {
			t.Errorf("%.20q: %v, %v", file, s.HasLF, err)
		}
	}
}

func TestSnapshotRefuses(t *testing.T) {
	z := zipped(strings.Repeat("gid,userId\n", 100000))
	flipped := []byte(z)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	for name, tt := range map[string]struct{ file, want string }{
		"cut":                 {z[:len(z)/2], "the gzip file is cut off"},
		"cut before its end":  {z[:len(z)-1], "the gzip file is cut off"},
		"cut in its header":   {z[:5], "the gzip file is cut off"},
		"no more than magic":  {z[:2], "the gzip file is cut off"},
		"no gzip header":      {"\x1f\x8bgid,userId\ng,5\n", "the gzip file is damaged"},
		"a false checksum":    {string(flipped), "the gzip file is damaged"},
		"damaged in the mid":  {z[:20] + strings.Repeat("\xFF", 50) + z[70:], "the gzip file is damaged"},
		"garbage behind":      {z + "gid,userId\ng,5\n", "the gzip file is damaged"},
		"a few bytes behind":  {z + "xx", "the gzip file is cut off"},
		"zeros behind":        {z + strings.Repeat("\x00", 512), "the gzip file is damaged"},
		"a cut second member": {z + z[:30], "the gzip file is cut off"},
	} {
		_, err := batch.Snapshot(io.Discard, strings.NewReader(tt.file))
		r, ok := errors.AsType[*batch.Refusal](err)
		if !ok || !strings.Contains(r.Reason, tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestSnapshotBound(t *testing.T) {
	const most = 1 << 20
	for size, want := range map[int]bool{most: true, most + 1: false} {
		for _, file := range []string{strings.Repeat("x", size), zipped(strings.Repeat("x", size))} {
			var held bytes.Buffer
			_, err := batch.SnapshotUpTo(&held, strings.NewReader(file), most)
			if _, refused := errors.AsType[*batch.Refusal](err); refused == want {
				t.Errorf("%d bytes: %v", size, err)
			}
			if held.Len() > most {
				t.Errorf("%d bytes written", held.Len())
			}
		}
	}
}

// An error of the disk is no fault of the file.
func TestSnapshotFaults(t *testing.T) {
	broken := errors.New("disk on fire")
	z := zipped("gid,userId\n")
	for _, cause := range []error{broken, io.ErrUnexpectedEOF} {
		for _, file := range []string{"", "gid", z[:1], z[:5], z[:len(z)-3], z} {
			_, err := batch.Snapshot(io.Discard, io.MultiReader(strings.NewReader(file), iotest.ErrReader(cause)))
			if _, refused := errors.AsType[*batch.Refusal](err); refused || !errors.Is(err, cause) {
				t.Errorf("%q, %v: %v", file, cause, err)
			}
		}
	}
	_, err := batch.Snapshot(failing{broken}, strings.NewReader("gid"))
	if _, refused := errors.AsType[*batch.Refusal](err); refused || !errors.Is(err, broken) || !strings.Contains(err.Error(), "write") {
		t.Errorf("a write error: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}
