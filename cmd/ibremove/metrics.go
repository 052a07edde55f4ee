package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"ibremove/batch"
	"ibremove/report"
)

const lastSuccess = "ibremove_last_success_timestamp_seconds"

// tryMetrics sees to it, before anything is sent, that the metrics will have a
// place.
func (j *job) tryMetrics() error {
	const hint = "name a file in a folder that can be written to; nothing was sent."
	if j.o.MetricsFile == "" {
		return nil
	}
	if info, err := os.Stat(j.o.MetricsFile); err == nil && !info.Mode().IsRegular() {
		return refuse(hint, "--metrics-file: %s is there, and is no file", j.o.MetricsFile)
	}
	d, err := report.NewDraft(j.disk, j.o.MetricsFile, 0o644)
	if err != nil {
		return refuse(hint, "--metrics-file: %w", err)
	}
	d.Discard()
	return nil
}

func (j *job) tellMetrics(s *report.Summary) {
	if j.o.MetricsFile == "" {
		return
	}
	if err := writeMetrics(j.disk, j.o.MetricsFile, s, s.FinishedAt); err != nil {
		j.term.Error(fmt.Sprintf("--metrics-file: %v", err), "the run itself is not touched by it.")
	}
}

// writeMetrics writes the run as a file for the node exporter's textfile
// collector, whole or not at all. The time of the last success is carried over
// by a run that is none.
func writeMetrics(disk report.Disk, path string, s *report.Summary, now time.Time) error {
	success := float64(now.Unix())
	if s.ExitCode != exitDone {
		success = earlierSuccess(path)
	}
	text, err := metrics(s, success)
	if err != nil {
		return err
	}
	_, _, err = report.Publish(disk, path, 0o644, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	return err
}

func metrics(s *report.Summary, success float64) ([]byte, error) {
	registry := prometheus.NewRegistry()
	vector := func(name, help string, values map[string]float64, label string) {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{label})
		registry.MustRegister(g)
		for value, n := range values {
			g.WithLabelValues(value).Set(n)
		}
	}
	gauge := func(name, help string, value float64) {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
		registry.MustRegister(g)
		g.Set(value)
	}
	counter := func(name, help string, values map[string]float64, label string) {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
		registry.MustRegister(c)
		for value, n := range values {
			c.WithLabelValues(value).Add(n)
		}
	}
	rows := make(map[string]float64)
	for _, status := range batch.Statuses() {
		rows[status.Name(s.Counts.Operation)] = float64(s.Counts.Of(status))
	}
	codes := make(map[string]float64)
	for code, n := range s.Requests.ByStatus {
		codes[code] = float64(n)
	}
	vector("ibremove_rows", "Rows of the last run, by outcome.", rows, "status")
	counter("ibremove_requests_total", "Requests of the last run, by HTTP status or event.", codes, "code")
	retried := prometheus.NewCounter(prometheus.CounterOpts{Name: "ibremove_requests_retried_total", Help: "Requests of the last run that were sent again."})
	registry.MustRegister(retried)
	retried.Add(float64(s.Requests.Retried))
	gauge("ibremove_run_start_timestamp_seconds", "When the last run began.", seconds(s.StartedAt))
	gauge("ibremove_run_end_timestamp_seconds", "When the last run ended.", seconds(s.FinishedAt))
	gauge("ibremove_run_duration_seconds", "How long the last run took.", s.FinishedAt.Sub(s.StartedAt).Seconds())
	gauge("ibremove_run_exit_code", "Exit code of the last run.", float64(s.ExitCode))
	gauge(lastSuccess, "When a run last ended with every row done; 0: never.", success)
	vector("ibremove_build_info", "The program that ran.", map[string]float64{s.Version: 1}, "version")

	families, err := registry.Gather()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// earlierSuccess is what the file of an earlier run says; one that is not
// there or cannot be read says nothing.
func earlierSuccess(path string) float64 {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(io.LimitReader(file, 1<<20))
	if err != nil {
		return 0
	}
	for _, m := range families[lastSuccess].GetMetric() {
		return m.GetGauge().GetValue()
	}
	return 0
}
