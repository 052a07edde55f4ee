package report

import (
	"encoding/json"
	"io"
	"time"

	"ibremove/batch"
)

// The states in which a run can be.
const (
	StatusDone       = "done"        // every row is done
	StatusRowsFailed = "rows_failed" // every row had its turn, and some are not done
	StatusStopped    = "stopped"     // stopped early, to be gone on with
	StatusRefused    = "refused"     // nothing was sent
)

// Summary is summary.json, and what --json prints.
type Summary struct {
	RunID          string            `json:"run_id"`
	Version        string            `json:"version"`
	Status         string            `json:"status"`
	ExitCode       int               `json:"exit_code"`
	StoppedBecause string            `json:"stopped_because"`
	Error          string            `json:"error,omitempty"` // of a refusal
	StartedAt      time.Time         `json:"started_at"`
	FinishedAt     time.Time         `json:"finished_at"`
	Pod            string            `json:"pod"`
	Username       string            `json:"username"`
	Input          SummaryInput      `json:"input"`
	Counts         Counts            `json:"counts"`
	Groups         int               `json:"groups"`
	Requests       Requests          `json:"requests"`
	Options        map[string]string `json:"options"`
	Outputs        map[string]Output `json:"outputs"`
}

// SummaryInput is the file that was run.
type SummaryInput struct {
	Path      string `json:"path"`
	SHA256    string `json:"sha256"`
	Rows      int    `json:"rows"`
	BlankRows int    `json:"blank_rows"`
}

// Requests counts what was sent to the pod, of any kind.
type Requests struct {
	Sent     int            `json:"sent"`
	Retried  int            `json:"retried"`
	ByStatus map[string]int `json:"by_status"` // HTTP status, or the code of an event without one
}

// Output is a file in the run directory.
type Output struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
}

// Counts are the rows of a run by status; they add up to the rows read.
type Counts struct {
	Operation batch.Operation // an undo's removed rows are spelled restored
	ByStatus  [batch.NotSent + 1]int
}

// Of is how many rows have a status.
func (c Counts) Of(s batch.Status) int { return c.ByStatus[s] }

// Total is how many rows have any.
func (c Counts) Total() int {
	n := 0
	for _, k := range c.ByStatus {
		n += k
	}
	return n
}

// MarshalJSON spells the seven counts in their order.
func (c Counts) MarshalJSON() ([]byte, error) {
	dst := []byte{'{'}
	for i, s := range batch.Statuses() {
		if i > 0 {
			dst = append(dst, ',')
		}
		name, err := json.Marshal(s.Name(c.Operation))
		if err != nil {
			return nil, err
		}
		dst = append(append(dst, name...), ':')
		n, err := json.Marshal(c.Of(s))
		if err != nil {
			return nil, err
		}
		dst = append(dst, n...)
	}
	return append(dst, '}'), nil
}

// WriteSummary writes s as summary.json has it.
func WriteSummary(w io.Writer, s *Summary) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(s)
}
