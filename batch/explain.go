package batch

import (
	"context"
	"time"

	"ibremove/podclient"
)

// MostExplained is how many accounts Explain asks about.
const MostExplained = 100

// patience is how many look-ups that a later one might fare better than it takes
// until no more are made.
const patience = 5

// Explain asks for the status of the accounts whose removal the pod refused:
// it cannot remove deactivated ones through its API. Their code says so, and
// the pod's own text stays. A look-up that fails changes nothing.
// It returns how many of them were not asked about, because the run was
// stopped, or the pod too busy or silent, for the report waits for this; and
// whether there are more than are asked about at all.
func (d *Dispatcher) Explain(ctx context.Context, userStatus func(ctx context.Context, user int64) (string, error)) (left int, more bool) {
	refused := make(map[int64][]uint32)
	var users []int64
	for c := range d.Ledger.WithStatus(Failed) {
		for i, item := range c.Items {
			code := d.Ledger.Outcome(item).Code
			if code != CodePodMessage && code != "http_400" {
				continue
			}
			user := c.Users[i]
			if refused[user] == nil {
				if len(users) == MostExplained {
					more = true
					continue
				}
				users = append(users, user)
			}
			refused[user] = append(refused[user], item)
		}
	}
	faults := 0
	for i, user := range users {
		var status string
		err := d.Line.Try(ctx, func(ctx context.Context) (err error) {
			status, err = userStatus(ctx, user)
			return err
		})
		if ctx.Err() != nil {
			return len(users) - i, more
		}
		if e, ok := podError(err); ok && passing(e) {
			if faults++; faults == patience || e.RetryAfter > time.Minute {
				return len(users) - i, more
			}
		}
		if err != nil || status != podclient.Disabled {
			continue
		}
		for _, item := range refused[user] {
			o := d.Ledger.Outcome(item)
			o.Code = CodeDeactivated
			d.settle(Settlement{d.Ledger.chunk(item), o})
		}
	}
	return 0, more
}
