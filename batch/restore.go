package batch

import "fmt"

// Restore brings the ledger to where an earlier life of the run left it, entry
// by entry. Its chunks are found by gid and user id. What was announced and
// never settled is unknown.
func (l *Ledger) Restore(e Entry) error {
	for _, c := range e.Intent {
		items, err := l.items(c)
		if err != nil {
			return err
		}
		for k, i := range items {
			if s := l.Outcome(i).Status; s == Pending || s == NotSent {
				l.Settle(items[k:k+1], Outcome{Status: Unknown, Code: CodeInterrupted, Message: "the run was killed while this was on its way"})
			}
			l.accounts[i] |= doubtful
		}
	}
	for _, s := range e.Settled {
		items, err := l.items(s.Chunk)
		if err != nil {
			return err
		}
		l.Settle(items, s.Outcome)
		if s.Outcome.Status == NotSent && !leavesDoubt(s.Outcome.Code) {
			for _, i := range items {
				l.accounts[i] &^= doubtful
			}
		}
	}
	return nil
}

// Reopen makes what an earlier life did not send open again, once all of its
// entries are restored.
func (l *Ledger) Reopen() {
	for c := range l.WithStatus(NotSent) {
		for k, i := range c.Items {
			l.reopen(c.Items[k:k+1], l.doubted(i))
		}
	}
}

// leavesDoubt tells the code of a row that was not sent, presumably: all but
// those that say that nothing can have reached the pod.
func leavesDoubt(code string) bool {
	switch code {
	case CodeStopped, "no_connection", "http_401", "http_403":
		return false
	}
	return true
}

// items finds the accounts of a chunk that was read from a journal.
func (l *Ledger) items(c Chunk) ([]uint32, error) {
	items := make([]uint32, len(c.Users))
	for k, user := range c.Users {
		i, ok := l.Find([]byte(c.GID), user)
		if !ok {
			return nil, fmt.Errorf("the journal names user %d of group %s, and the input does not", user, c.GID)
		}
		items[k] = i
	}
	return items, nil
}
