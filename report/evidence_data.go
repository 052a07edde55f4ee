package report

import "ibremove/batch"

// Evidence is what evidence.html shows beside the summary.
type Evidence struct {
	Summary   *Summary
	Operation batch.Operation
	Simulated bool          // there was no pod
	Groups    []GroupCounts // in the order of their first row
	NotDone   []NotDoneRow  // the first MostRows of them
	Rest      int           // how many more there are, in failures.csv
	Verified  string        // what a verification found, in a sentence; empty: none was made
	Warnings  []string      // doubts about rows that were sent all the same
	Before    []string      // the accounts of earlier lives of the run that were others
}

// MostRows is how many rows that are not done are shown.
const MostRows = 1000

// GroupCounts are the outcomes of one group's rows.
type GroupCounts struct {
	GID    string
	Counts Counts
}

// NotDoneRow is a row that is not done.
type NotDoneRow struct {
	Line    int
	GID     string
	UserID  string // the input's cell
	Status  string
	Code    string
	Message string
}
