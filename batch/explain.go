package batch

import (
	"context"
	"time"

	"ibremove/podclient"
)

const (
	mostExplained = 100 // accounts that are asked about, at most
	patience      = 5   // look-ups that a later one might fare better than, after which no more are made
)

// Explain asks for the status of the accounts whose removal the pod refused:
// it cannot remove deactivated ones through its API. Their code says so, and
// the pod's own text stays. A look-up that fails changes nothing.
// It returns how many accounts were not asked about, because the run was
// stopped, or the pod too busy or silent: the report waits for this.
func (d *Dispatcher) Explain(ctx context.Context, userStatus func(ctx context.Context, user int64) (string, error)) (left int) {
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
				if len(users) == mostExplained {
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
			return len(users) - i
		}
		if e, ok := podError(err); ok && passing(e) {
			if faults++; faults == patience || e.RetryAfter > time.Minute {
				return len(users) - i
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
	return 0
}
