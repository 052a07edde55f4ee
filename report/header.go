package report

import (
	"errors"
	"fmt"
	"time"

	"ibremove/batch"
)

// journalFormat is the version of the journal's format that this package
// writes, and the only one that it reads.
const journalFormat = 1

// JournalHeader says what a run is. It is a journal's first record and never
// changes. CreateJournal fills in Format.
type JournalHeader struct {
	Format       int               `json:"format"`
	RunID        string            `json:"run_id"`
	Version      string            `json:"version"`   // of ibremove
	Operation    string            `json:"operation"` // batch.Operation's String
	Input        JournalInput      `json:"input"`
	Pod          string            `json:"pod"` // address, as summary.json spells it
	Username     string            `json:"username"`
	GID          string            `json:"gid"` // --gid
	GIDColumn    string            `json:"gid_column"`
	UserIDColumn string            `json:"user_id_column"`
	StartedAt    time.Time         `json:"started_at"`
	Options      map[string]string `json:"options"`
	UndoOf       string            `json:"undo_of"`   // the run id that is undone, or empty
	Preflight    bool              `json:"preflight"` // the members of each group were read first
	// Lineage has the names of the runs whose failures these are, and the
	// failures of which those were, the oldest first. Empty: a first run, or
	// nobody knows.
	Lineage []string `json:"lineage,omitempty"`
}

// JournalInput is the file whose rows a run is about.
type JournalInput struct {
	Path   string `json:"path"`   // as it was given
	Name   string `json:"name"`   // see RunName
	SHA256 string `json:"sha256"` // hex, of input.csv in the run directory
	Size   int64  `json:"size"`   // bytes, of the same
}

// Life says that a later process went on with the run; the header itself
// stands for the first one.
type Life struct {
	StartedAt time.Time         `json:"started_at"`
	Version   string            `json:"version"`
	Username  string            `json:"username"`
	Options   map[string]string `json:"options"`
}

// End says how a life ended. A life without one was killed.
type End struct {
	FinishedAt     time.Time `json:"finished_at"`
	Status         string    `json:"status"`
	ExitCode       int       `json:"exit_code"`
	StoppedBecause string    `json:"stopped_because"`
	Finished       bool      `json:"finished"` // every row has had its turn
}

// Name tells the run from every other one in its folder: as its directory was
// called when it was made.
func (h JournalHeader) Name() string { return h.Input.Name + "." + h.RunID }

// Op is the operation of the run.
func (h JournalHeader) Op() batch.Operation {
	if h.Operation == batch.Add.String() {
		return batch.Add
	}
	return batch.Remove
}

// check tells whether the header is one that this package understands: an
// undo must never be taken for a removal.
func (h JournalHeader) check() error {
	if h.Format != journalFormat {
		return fmt.Errorf("format %d is not known: go on with the version of ibremove that wrote it (%q)", h.Format, h.Version)
	}
	if h.Operation != batch.Remove.String() && h.Operation != batch.Add.String() {
		return fmt.Errorf("operation %q is not known", h.Operation)
	}
	if h.RunID == "" {
		return errors.New("no run id")
	}
	return nil
}
