package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"ibremove/podclient"
	"ibremove/report"
)

// requestLog counts the requests of any kind, and writes run.log: a JSON line
// each. The zero value only counts.
type requestLog struct {
	mu       sync.Mutex
	file     report.File
	logger   *slog.Logger
	tell     func(line string) // --verbose: stderr too
	requests report.Requests
	sends    int // requests that change the pod
}

// open begins or goes on with the log at path. A line that a full disk or a
// kill has cut goes: each line is JSON.
func (l *requestLog) open(disk report.Disk, path string) error {
	if err := dropCutLine(path); err != nil {
		return err
	}
	file, err := disk.Open(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file = file
	l.logger = slog.New(slog.NewJSONHandler(file, nil))
	return nil
}

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

func (l *requestLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_ = l.file.Close()
		l.file, l.logger = nil, nil
	}
}

// observe is told of each request after its end.
func (l *requestLog) observe(c podclient.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	status := strconv.Itoa(c.Status)
	if c.Status == 0 && c.Err != nil {
		status = c.Err.Code()
	}
	attempt := max(1, c.Attempt)
	if l.requests.ByStatus == nil {
		l.requests.ByStatus = make(map[string]int)
	}
	l.requests.Sent++
	l.requests.ByStatus[status]++
	if attempt > 1 {
		l.requests.Retried++
	}
	if c.IDs > 0 {
		l.sends++
	}
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("trace_id", c.TraceID),
		slog.String("method", c.Method),
		slog.String("path", c.Path),
		slog.Int("ids", c.IDs),
		slog.Int("status", c.Status),
		slog.Int64("duration_ms", c.Duration.Milliseconds()),
		slog.Int("attempt", attempt),
	}
	if c.Err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("code", c.Err.Code()), slog.String("error", c.Err.Message))
	}
	if l.logger != nil {
		l.logger.LogAttrs(context.Background(), level, "request", attrs...)
	}
	if l.tell != nil {
		line := fmt.Sprintf("%s %s: %s, %s", c.Method, c.Path, status, duration(c.Duration))
		if c.IDs > 0 {
			line += ", " + count(c.IDs, "id")
		}
		if attempt > 1 {
			line += fmt.Sprintf(", attempt %d", attempt)
		}
		l.tell(line + ", trace " + c.TraceID)
	}
}

// wait is told of each wait that is not for the pace.
func (l *requestLog) wait(why string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.logger != nil {
		l.logger.LogAttrs(context.Background(), slog.LevelInfo, "wait", slog.String("why", why), slog.Int64("duration_ms", d.Milliseconds()))
	}
	if l.tell != nil {
		l.tell("waiting " + duration(d) + ": " + why)
	}
}

// changes is how many requests that change the pod have been sent.
func (l *requestLog) changes() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sends
}

// counted is what has been sent so far.
func (l *requestLog) counted() report.Requests {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.requests
	r.ByStatus = make(map[string]int, len(l.requests.ByStatus))
	for status, n := range l.requests.ByStatus {
		r.ByStatus[status] = n
	}
	return r
}
