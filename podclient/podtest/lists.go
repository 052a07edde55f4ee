package podtest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// listMembers answers one page of a membership, as late as readers see it.
func (p *Pod) listMembers(c *call, b *Behaviour, now time.Time) *answer {
	g := p.lookup(c.GID)
	if g == nil {
		return refusal(http.StatusNotFound, missingGroup)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.exists {
		return refusal(http.StatusNotFound, missingGroup)
	}
	var late map[int64]bool
	if b.ReadDelay > 0 || len(g.recent) > 0 {
		late = g.late(now.Add(-b.ReadDelay).UnixNano())
	}
	list := g.members(late)
	switch b.Order {
	case Descending:
		slices.Reverse(list)
	case Shuffled:
		slices.SortFunc(list, func(a, b int64) int { return cmpHash(a, b) })
	}
	limit := min(c.Limit, b.PageLimit)
	list = list[min(c.Skip, len(list)):]
	return &answer{status: http.StatusOK, body: idArray(list[:min(limit, len(list))])}
}

// cmpHash orders ids without any sense, and always in the same way.
func cmpHash(a, b int64) int {
	x, y := rand.NewPCG(uint64(a), 1).Uint64(), rand.NewPCG(uint64(b), 1).Uint64()
	if x < y {
		return -1
	}
	return 1
}

func (p *Pod) listGroups(b *Behaviour) *answer {
	type entry struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Active       bool     `json:"active"`
		MemberCount  int      `json:"memberCount"`
		Policies     []string `json:"policies"`
		CreatedDate  int64    `json:"createdDate"`
		ModifiedDate int64    `json:"modifiedDate"`
	}
	list := []entry{}
	for _, gid := range p.Groups() {
		if slices.Contains(b.HiddenGroups, gid) {
			continue
		}
		list = append(list, entry{
			ID: gid, Name: "Wall " + gid[max(0, len(gid)-4):], Active: true, MemberCount: len(p.Members(gid)),
			Policies: []string{"5a1b2c3d4e5f60718293a4b5"}, CreatedDate: 1475280000000, ModifiedDate: 1475280000000,
		})
	}
	return encoded(list)
}

func (p *Pod) userStatus(id int64, b *Behaviour) *answer {
	p.mu.RLock()
	defer p.mu.RUnlock()
	switch p.status(id, b) {
	case Disabled:
		return encoded(map[string]string{"status": "DISABLED"})
	case Unknown:
		return refusal(http.StatusBadRequest, "user cannot be found")
	}
	return encoded(map[string]string{"status": "ENABLED"})
}

func sessionInfo(user string) *answer {
	return encoded(map[string]any{
		"id": 68719476742, "username": user, "displayName": "Offboarding service", "company": "Simulated Bank",
		"roles": []string{"USER_PROVISIONING"},
	})
}

func encoded(v any) *answer {
	body, err := json.Marshal(v)
	if err != nil {
		return refusal(http.StatusInternalServerError, err.Error())
	}
	return &answer{status: http.StatusOK, body: body}
}
