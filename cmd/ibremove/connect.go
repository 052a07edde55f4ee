package main

import (
	"context"
	"path/filepath"

	"ibremove/batch"
	"ibremove/podclient"
	"ibremove/report"
)

// connect makes the client and the dispatcher over one line. It sends nothing.
func (j *job) connect() error {
	if j.staging != nil {
		if err := j.log.open(j.disk, j.staging.Path(report.LogFile)); err != nil {
			return refuse(hintRunsDir, "%w", err)
		}
	}
	for _, w := range j.target.warnings {
		j.term.Warn(w)
	}
	if j.o.Verbose {
		j.log.tell = j.term.Say
	}
	line, client, err := openLine(j.target, j.o, j.log, j.stop)
	if err != nil {
		return err
	}
	j.client = client
	j.d = newDispatcher(j.target, j.o, line, client, j.stop)
	j.d.Ledger, j.d.Operation, j.d.Now = j.in.ledger, j.op, j.env.Now
	if j.op == batch.Add {
		j.d.Change = client.Add
	}
	return nil
}

// openLine makes the client of a target, and the one line that all requests
// go over.
func openLine(t *target, o *Options, log *requestLog, stop context.CancelCauseFunc) (*batch.Line, *podclient.Client, error) {
	config := t.config
	config.Observe = log.observe
	client, err := podclient.New(config)
	if err != nil {
		return nil, nil, refuse("", "%w", err)
	}
	c := batch.LineConfig{
		Rate:        o.Rate,
		Concurrency: o.Concurrency,
		MaxAttempts: t.attempts,
		Backoff:     t.backoff,
		Stop:        stop,
		Waits:       log.wait,
	}
	if client.CanLogin() {
		c.Login = client.Login
	}
	return batch.NewLine(c), client, nil
}

func newDispatcher(t *target, o *Options, line *batch.Line, client *podclient.Client, stop context.CancelCauseFunc) *batch.Dispatcher {
	return &batch.Dispatcher{
		Line:        line,
		Change:      client.Remove,
		List:        client.Members,
		ChunkSize:   o.ChunkSize,
		Concurrency: o.Concurrency,
		MaxAttempts: t.attempts,
		Window:      window(o.Rate),
		MaxFailures: o.MaxFailures,
		Stop:        stop,
	}
}

// window is how many chunks one intent announces: those of a quarter of a
// second, so that a fast run does not wait for the disk at every request, and
// a killed one has little to look up.
func window(rate float64) int {
	return int(min(256, max(1, rate/4)))
}

// readNames asks for the names of the groups. Without them there are the gids.
func (j *job) readNames(ctx context.Context) {
	var groups []podclient.Group
	if j.d.Line.Try(ctx, func(ctx context.Context) (err error) {
		groups, err = j.client.Groups(ctx)
		return err
	}) != nil {
		return
	}
	j.names = make(map[string]string, len(groups))
	for _, g := range groups {
		j.names[g.ID] = oneLine(g.Name)
	}
}

func (j *job) file(name string) string { return filepath.Join(j.dir, name) }
