package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strconv"
)

// recall counts the requests of the run's earlier lives, as far as its log
// tells.
func (l *requestLog) recall(path string) {
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer func() { _ = file.Close() }()
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Msg, Code       string
			Status, Attempt int
		}
		switch err := json.Unmarshal(lines.Bytes(), &line); {
		case err != nil || line.Msg != msgRequest:
		case line.Status == 0:
			addRequest(&l.before, line.Code, line.Attempt)
		default:
			addRequest(&l.before, strconv.Itoa(line.Status), line.Attempt)
		}
	}
}

// dropCutLine takes off what stands behind a log's last line end.
func dropCutLine(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	end := make([]byte, min(info.Size(), 64<<10)) // more than any line has
	if _, err := file.ReadAt(end, info.Size()-int64(len(end))); err != nil {
		return err
	}
	cut := len(end) - 1 - bytes.LastIndexByte(end, '\n')
	if cut == 0 {
		return nil
	}
	return file.Truncate(info.Size() - int64(cut))
}
