package main

import (
	"time"

	"ibremove/report"
)

func writeMetrics(string, *report.Summary, time.Time) error { return nil }
