package podtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const missingGroup = "group cannot be found"

// change carries out a remove or an add, id by id.
func (p *Pod) change(c *call, b *Behaviour, now time.Time) *answer {
	if b.MaxIDs > 0 && len(c.IDs) > b.MaxIDs {
		return refusal(http.StatusRequestEntityTooLarge, fmt.Sprintf("at most %d user ids in a request", b.MaxIDs))
	}
	first, answers, repeated := repeats(c.IDs, b.Repeated)
	if repeated && b.Repeated == RepeatedRefuse {
		return refusal(http.StatusBadRequest, "a user id is repeated")
	}

	p.mu.RLock() // users; before the group, here as elsewhere
	defer p.mu.RUnlock()
	g := p.groups[c.GID]
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.exists {
		return missing(c, b)
	}
	at := g.places(c.IDs)
	if b.RefuseAll {
		for n, id := range c.IDs {
			if text, _ := p.judge(c.Kind, id, g.slots[at[n]].in, b); text != "" {
				return refusal(http.StatusBadRequest, cmp.Or(b.RefuseText, text))
			}
		}
	}

	var texts []string // nil while all is well
	var applied []int64
	for n, id := range c.IDs {
		if first != nil && first[n] != n {
			if texts != nil {
				texts[n] = texts[first[n]]
			}
			continue
		}
		s := &g.slots[at[n]]
		text, does := p.judge(c.Kind, id, s.in, b)
		if text != "" {
			if texts == nil {
				texts = make([]string, len(c.IDs))
			}
			texts[n] = text
		}
		if !does {
			continue
		}
		if b.ReadDelay > 0 {
			g.recent = append(g.recent, change{at: now.UnixNano(), id: id, was: s.in})
		}
		s.in = c.Kind == Add
		applied = append(applied, id)
	}
	_ = answers
	return &answer{status: http.StatusOK, body: bulkResult(0, texts), applied: applied}
}
