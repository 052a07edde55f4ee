package podtest

import (
	"encoding/json"
	"hash/fnv"
	"net/http"
	"slices"
)

// listGroups answers every group that has a policy.
func (p *Pod) listGroups(b *Behaviour) *answer {
	type entry struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Active       bool     `json:"active"`
		MemberCount  int      `json:"memberCount"`
		Policies     []string `json:"policies"`
		CreatedDate  int64    `json:"createdDate"` // Unix milliseconds
		ModifiedDate int64    `json:"modifiedDate"`
	}
	const created = 1_500_000_000_000
	list := []entry{}
	for _, gid := range p.Groups() {
		if slices.Contains(b.HiddenGroups, gid) {
			continue
		}
		list = append(list, entry{
			ID: gid, Name: "Group " + gid, Active: true, MemberCount: len(p.Members(gid)),
			Policies: []string{"571db1f2e4b027c4f055a5f0"}, CreatedDate: created, ModifiedDate: created,
		})
	}
	return found(list)
}

func (p *Pod) userStatus(id int64, b *Behaviour) *answer {
	p.mu.RLock()
	defer p.mu.RUnlock()
	switch p.status(id, b) {
	case Unknown:
		return refusal(http.StatusBadRequest, "user cannot be found")
	case Disabled:
		return found(map[string]string{"status": "DISABLED"})
	default:
		return found(map[string]string{"status": "ENABLED"})
	}
}

// sessionInfo tells who user is; the account's id is made from its name.
func sessionInfo(user string, b *Behaviour) *answer {
	h := fnv.New32a()
	_, _ = h.Write([]byte(user)) // never fails
	roles := []string{"INDIVIDUAL"}
	if !b.Forbidden {
		roles = append(roles, "USER_PROVISIONING")
	}
	return found(map[string]any{
		"id": 5119<<36 + int64(h.Sum32()), "username": user, "displayName": user, "company": "Simulated pod", "roles": roles,
	})
}

// found answers v, which always has a spelling in JSON.
func found(v any) *answer {
	body, _ := json.Marshal(v)
	return &answer{status: http.StatusOK, body: body}
}
