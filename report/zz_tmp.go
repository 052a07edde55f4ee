package report

import "io"

func WriteEvidence(w io.Writer, e *Evidence) error { return nil }
