package batch

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"ibremove/podclient"
)

// story is what has happened to a chunk so far.
type story struct {
	sends int    // of its users, in this life, in whatever chunk they were
	spent int    // of the chunk itself: attempts that count
	last  int    // HTTP status of the last answer; 0: there was none
	doubt string // the code of the event after which an earlier send may have been carried out
}

// deliver sends a chunk until every row of it has an outcome.
func (d *Dispatcher) deliver(ctx context.Context, c Chunk, s story) {
	for {
		if d.isGone(c.GID) {
			d.fail(c, s, http.StatusNotFound, "http_404", "another request for this group was answered 404; nothing more was sent")
			return
		}
		if parts := d.split(c); parts != nil {
			s.spent = 0
			for _, part := range parts {
				d.crew.beside(func() { d.deliver(ctx, part, s) })
			}
			return
		}
		attempt := s.spent + 1
		var messages []string
		done, err := d.gates.of(c.GID).pass(ctx)
		if err == nil {
			err = d.Line.Do(podclient.WithAttempt(ctx, attempt), func(ctx context.Context) (err error) {
				s.sends++
				// A stop does not cut it short: what it came to is wanted.
				messages, err = d.Change(context.WithoutCancel(ctx), c.GID, c.Users)
				return err
			})
			done()
		}
		if err == nil {
			d.fruitful()
			d.believe(ctx, c, s, messages)
			return
		}
		e, ok := podError(err)
		last := attempt >= d.MaxAttempts
		switch {
		case !ok: // stopped while it waited for its turn
			text := "the run stopped before this was sent"
			if s.doubt != "" {
				text += " again; an earlier request may have been carried out"
			}
			d.unsent(c, s, s.last, CodeStopped, text)
			return

		case e.Kind == podclient.NotSent, throttling(e):
			s.last = e.Status
			if throttling(e) {
				s.doubt = e.Code()
			}
			if last || e.Fatal {
				d.unsent(c, s, e.Status, e.Code(), e.Message)
				d.fruitless(e)
				return
			}
			if !throttling(e) && d.Line.Rest(ctx, e.Code(), attempt) != nil {
				d.unsent(c, s, 0, e.Code(), e.Message)
				return
			}

		case doubted(e):
			s.doubt, s.last = e.Code(), e.Status
			if c = d.reconcile(ctx, c, s, e, last); len(c.Items) == 0 {
				return
			}
			if d.Line.Rest(ctx, e.Code(), attempt) != nil {
				d.unsent(c, s, e.Status, CodeStopped,
					fmt.Sprintf("sent without success (%s), still as it was when looked up; the run stopped before it was sent again", e.Code()))
				return
			}

		default:
			d.refused(ctx, c, s, e)
			return
		}
		s.spent = attempt
	}
}

// refused handles a definite no: nothing of the request was carried out.
func (d *Dispatcher) refused(ctx context.Context, c Chunk, s story, e *podclient.Error) {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden: // the line has stopped the run
		d.unsent(c, s, e.Status, e.Code(), e.Message)
	case http.StatusNotFound:
		d.fruitful()
		d.setGone(c.GID)
		d.fail(c, s, e.Status, e.Code(), e.Message)
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		d.fruitful()
		n := len(c.Items)
		if n == 1 {
			o := d.outcome(s, Failed, e.Code(), e.Message, e.Status)
			d.unlessDone(ctx, c, s, Settlement{c, o})
			return
		}
		if e.Status == http.StatusRequestEntityTooLarge {
			d.shrink((n + 1) / 2)
		}
		if rest := d.withoutDone(ctx, c, s, e.Status); len(rest.Items) < n {
			if len(rest.Items) > 0 {
				d.deliver(ctx, rest, s)
			}
			return
		}
		s.spent = 0
		first, second := c.part(0, (n+1)/2), c.part((n+1)/2, n)
		if e.Status == http.StatusRequestEntityTooLarge {
			d.deliver(ctx, first, s) // alone: it may find that the second has to be smaller still
		} else {
			d.crew.beside(func() { d.deliver(ctx, first, s) })
		}
		d.deliver(ctx, second, s)
	default:
		d.unlessDone(ctx, c, s, Settlement{c, d.outcome(s, Failed, e.Code(), e.Message, e.Status)})
	}
}

// believe settles a chunk by the pod's own word for each user.
func (d *Dispatcher) believe(ctx context.Context, c Chunk, s story, messages []string) {
	if !slices.ContainsFunc(messages, func(text string) bool { return text != "" }) {
		d.settle(Settlement{c, d.outcome(s, Removed, CodeOK, "", http.StatusOK)})
		return
	}
	var carried []int
	refused := make(map[string][]int)
	var texts []string // in the order of their first user
	for i, text := range messages {
		if text == "" {
			carried = append(carried, i)
			continue
		}
		if refused[text] == nil {
			texts = append(texts, text)
		}
		refused[text] = append(refused[text], i)
	}
	var settled []Settlement
	if len(carried) > 0 {
		settled = append(settled, Settlement{c.pick(carried), d.outcome(s, Removed, CodeOK, "", http.StatusOK)})
	}
	var refusals []Settlement
	for _, text := range texts {
		refusals = append(refusals, Settlement{c.pick(refused[text]), d.outcome(s, Failed, CodePodMessage, text, http.StatusOK)})
	}
	if s.doubt == "" {
		settled, refusals = append(settled, refusals...), nil
	}
	if len(settled) > 0 {
		d.settle(settled...)
	}
	if len(refusals) > 0 {
		d.unlessDone(ctx, c, s, refusals...)
	}
}

func (d *Dispatcher) fail(c Chunk, s story, status int, code, message string) {
	d.settle(Settlement{c, d.outcome(s, Failed, code, message, status)})
}

// unsent leaves rows for a later life. The code keeps the doubt that an
// earlier, throttled send has left.
func (d *Dispatcher) unsent(c Chunk, s story, status int, code, message string) {
	if s.doubt != "" {
		code = s.doubt
	}
	d.settle(Settlement{c, d.outcome(s, NotSent, code, message, status)})
}

func (d *Dispatcher) outcome(s story, status Status, code, message string, http int) Outcome {
	return Outcome{
		Status:     status,
		Code:       code,
		Message:    message,
		HTTPStatus: http,
		Attempts:   s.sends,
		At:         d.Now().Unix(),
	}
}

// split cuts a chunk that was made before a 413 told the size to keep to.
func (d *Dispatcher) split(c Chunk) []Chunk {
	d.mu.Lock()
	size := d.chunkSize()
	d.mu.Unlock()
	if len(c.Items) <= size {
		return nil
	}
	var parts []Chunk
	for lo := 0; lo < len(c.Items); lo += size {
		parts = append(parts, c.part(lo, min(lo+size, len(c.Items))))
	}
	return parts
}
