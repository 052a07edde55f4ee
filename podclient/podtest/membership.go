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
	first := repeats(c.IDs, b.Repeated)
	if first != nil && b.Repeated == RepeatedRefuse {
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

	texts := make([]string, 0, len(c.IDs))
	var applied []int64
	for n, id := range c.IDs {
		if first != nil && first[n] != n {
			if b.Repeated == RepeatedSame {
				texts = append(texts, texts[first[n]])
			}
			continue
		}
		s := &g.slots[at[n]]
		text, does := p.judge(c.Kind, id, s.in, b)
		texts = append(texts, text)
		if !does {
			continue
		}
		if b.ReadDelay > 0 {
			g.recent = append(g.recent, change{at: now.UnixNano(), id: id, was: s.in})
		}
		s.in = c.Kind == Add
		applied = append(applied, id)
	}
	texts = texts[:max(0, len(texts)-b.ShortResults)]
	return &answer{status: http.StatusOK, body: bulkResult(texts), applied: applied}
}

// repeats tells for each id where it is named first; nil if none is named
// twice, or if that makes no difference.
func repeats(ids []int64, mode Repeated) []int {
	if mode == RepeatedEach || slices.IsSortedFunc(ids, func(a, b int64) int {
		if a < b {
			return -1
		}
		return 1 // equal ones are not in order
	}) {
		return nil
	}
	seen, first, repeated := make(map[int64]int, len(ids)), make([]int, len(ids)), false
	for n, id := range ids {
		at, again := seen[id]
		if !again {
			seen[id], at = n, n
		}
		first[n], repeated = at, repeated || again
	}
	if !repeated {
		return nil
	}
	return first
}

// judge says what the pod answers for one id, and whether it does anything.
// p.mu is held.
func (p *Pod) judge(kind Kind, id int64, in bool, b *Behaviour) (text string, does bool) {
	switch {
	case b.StuckUser != 0 && id == b.StuckUser:
		return b.StuckText, false
	case b.PretendEvery > 0 && id%b.PretendEvery == 0:
		return "", false
	}
	switch p.status(id, b) {
	case Unknown:
		return b.UnknownUser, false
	case Disabled:
		if kind == Remove && !in {
			return b.NonMember, false
		}
		return b.Deactivated, false
	}
	switch {
	case kind == Remove && !in:
		return b.NonMember, false
	case kind == Add && in:
		return b.AlreadyMember, false
	}
	return "", true
}

// status is the state of an account; p.mu is held.
func (p *Pod) status(id int64, b *Behaviour) UserStatus {
	if s, ok := p.users[id]; ok {
		return s
	}
	if b.DeactivatedEvery > 0 && id%b.DeactivatedEvery == 0 {
		return Disabled
	}
	return Enabled
}

// missing answers a change to a group that is not there.
func missing(c *call, b *Behaviour) *answer {
	if b.MissingGroup != http.StatusOK {
		return refusal(b.MissingGroup, missingGroup)
	}
	texts := make([]string, len(c.IDs))
	for i := range texts {
		texts[i] = missingGroup
	}
	return &answer{status: http.StatusOK, body: bulkResult(texts)}
}
