package main

import (
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

const msgRequest = "request"

// requestLog counts the requests of any kind, and writes run.log: a JSON line
// each. The zero value only counts.
type requestLog struct {
	mu       sync.Mutex
	file     report.File
	logger   *slog.Logger
	tell     func(line string) // --verbose: stderr too
	requests report.Requests
	before   report.Requests // of earlier lives of the run
	sends    int             // requests that change the pod
}

// open begins or goes on with the log at path. A line that a full disk or a
// kill has cut goes: each line is JSON.
func (l *requestLog) open(disk report.Disk, path string) error {
	if err := dropCutLine(path); err != nil {
		return err
	}
	const flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	file, err := disk.Open(path, flags|os.O_EXCL, 0o600) // its mode is exact only where it is new
	if errors.Is(err, fs.ErrExist) {
		file, err = disk.Open(path, flags, 0o600)
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file = file
	l.logger = slog.New(slog.NewJSONHandler(file, nil))
	return nil
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
	addRequest(&l.requests, status, attempt)
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
		l.logger.LogAttrs(context.Background(), level, msgRequest, attrs...)
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

func addRequest(r *report.Requests, status string, attempt int) {
	if r.ByStatus == nil {
		r.ByStatus = make(map[string]int)
	}
	r.Sent++
	r.ByStatus[status]++
	if attempt > 1 {
		r.Retried++
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

// counted is what this life has sent so far.
func (l *requestLog) counted() report.Requests {
	l.mu.Lock()
	defer l.mu.Unlock()
	return sum(l.requests)
}

// ofRun is what all lives of the run have sent so far.
func (l *requestLog) ofRun() report.Requests {
	l.mu.Lock()
	defer l.mu.Unlock()
	return sum(l.before, l.requests)
}

func sum(parts ...report.Requests) report.Requests {
	all := report.Requests{ByStatus: make(map[string]int)}
	for _, r := range parts {
		all.Sent += r.Sent
		all.Retried += r.Retried
		for status, n := range r.ByStatus {
			all.ByStatus[status] += n
		}
	}
	return all
}
