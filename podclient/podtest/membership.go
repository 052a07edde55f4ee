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
	p.mu.RLock() // the users; taken before any group's, here as elsewhere
	defer p.mu.RUnlock()
	g := p.groups[c.GID]
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.exists {
		return changeOfMissing(len(c.IDs), b)
	}
	at := g.places(c.IDs)
	if text, ok := p.refused(c, g, at, b); ok {
		return refusal(http.StatusBadRequest, text)
	}

	var results results
	var applied []int64
	seen := make(map[int64]int) // id to result, unless each is judged anew
	for n, id := range c.IDs {
		if b.Repeated != RepeatedEach {
			if first, ok := seen[id]; ok {
				if b.Repeated == RepeatedSame {
					results.again(first)
				}
				continue
			}
			seen[id] = results.n
		}
		s := &g.slots[at[n]]
		text, does := p.judge(c.Kind, id, s.in, b)
		results.add(text)
		if !does {
			continue
		}
		if b.ReadDelay > 0 {
			g.recent = append(g.recent, change{at: now.UnixNano(), id: id, was: s.in})
		}
		s.in = c.Kind == Add
		if applied == nil {
			applied = make([]int64, 0, len(c.IDs))
		}
		applied = append(applied, id)
	}
	results.n = max(0, results.n-b.ShortResults)
	return &answer{status: http.StatusOK, body: bulkResult(results.n, results.texts), applied: applied}
}

// refused tells why a call is refused as a whole.
func (p *Pod) refused(c *call, g *group, at []int, b *Behaviour) (text string, ok bool) {
	if b.Repeated == RepeatedRefuse && len(slices.Compact(slices.Sorted(slices.Values(c.IDs)))) < len(c.IDs) {
		return "a user id is repeated", true
	}
	if !b.RefuseAll {
		return "", false
	}
	for n, id := range c.IDs {
		if text, _ := p.judge(c.Kind, id, g.slots[at[n]].in, b); text != "" {
			return cmp.Or(b.RefuseText, text), true
		}
	}
	return "", false
}

// judge says what one id answers, and whether its membership changes. The
// caller holds p.mu.
func (p *Pod) judge(k Kind, id int64, in bool, b *Behaviour) (text string, does bool) {
	status := p.status(id, b)
	switch {
	case b.StuckUser != 0 && id == b.StuckUser:
		return b.StuckText, false
	case b.PretendEvery > 0 && id%b.PretendEvery == 0:
		return "", false
	case status == Unknown:
		return b.UnknownUser, false
	case k == Remove && !in:
		return b.NonMember, false
	case status == Disabled:
		return b.Deactivated, false
	case k == Add && in:
		return b.AlreadyMember, false
	}
	return "", true
}

// status is the state of an account. The caller holds p.mu.
func (p *Pod) status(id int64, b *Behaviour) UserStatus {
	if status := p.users[id]; status != Enabled {
		return status
	}
	if b.DeactivatedEvery > 0 && id%b.DeactivatedEvery == 0 {
		return Disabled
	}
	return Enabled
}

// listMembers answers one page, as a reader sees the group by now.
func (p *Pod) listMembers(c *call, b *Behaviour, now time.Time) *answer {
	g := p.lookup(c.GID)
	if g == nil {
		return notFound()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.exists {
		return notFound()
	}
	ids := g.members(g.late(now.Add(-b.ReadDelay).UnixNano()))
	switch b.Order {
	case Descending:
		slices.Reverse(ids)
	case Shuffled:
		slices.SortFunc(ids, func(x, y int64) int { return cmp.Compare(scatter(x), scatter(y)) })
	}
	ids = ids[min(c.Skip, len(ids)):]
	return &answer{status: http.StatusOK, body: idArray(ids[:min(c.Limit, b.PageLimit, len(ids))])}
}

// scatter gives each id a place of its own, the same each time.
func scatter(id int64) uint64 { return uint64(id) * 0x9e3779b97f4a7c15 }

func changeOfMissing(n int, b *Behaviour) *answer {
	switch b.MissingGroup {
	case http.StatusOK:
		return &answer{status: http.StatusOK, body: bulkResult(max(0, n-b.ShortResults), slices.Repeat([]string{missingGroup}, n))}
	case http.StatusNotFound:
		return notFound()
	default:
		return refusal(b.MissingGroup, missingGroup)
	}
}

// notFound is the documentation's example, whose body says 403.
func notFound() *answer {
	return &answer{status: http.StatusNotFound, body: errorBody(http.StatusForbidden, missingGroup)}
}

// results are the texts of a call so far; texts is nil while all are empty.
type results struct {
	n     int
	texts []string
}

func (r *results) add(text string) {
	if text != "" || r.texts != nil {
		r.texts = append(r.texts, make([]string, r.n-len(r.texts))...)
		r.texts = append(r.texts, text)
	}
	r.n++
}

// again answers like an earlier result.
func (r *results) again(n int) {
	if r.texts == nil {
		r.n++
		return
	}
	r.add(r.texts[n])
}
