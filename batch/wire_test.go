package batch_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	"ibremove/batch"
	"ibremove/podclient"
	"ibremove/podclient/podtest"
)

// TestRandomRunsOverHTTP: whatever the pod does to a random file, each row has
// one outcome, and it is the truth.
func TestRandomRunsOverHTTP(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 3))
			pod := podtest.New(podtest.Options{})
			server, err := pod.Start(podtest.Listen{})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			r := newTrial(t, randomRows(rng, pod), nil)
			misbehave(rng, pod, seed)
			r.overHTTP(server.URL, pod.Token(), rng)
			was := make(map[int]bool) // a member before the run, by line
			judgeAll(t, r.file, r.ledger, func(row *batch.Row, _ batch.Verdict) {
				was[row.Line] = pod.IsMember(string(row.GID), row.UserID)
			})
			r.run(r.ctx)
			r.holdAgainst(pod, was)
		})
	}
}

// randomRows are of a few groups, whose members are about three in four of
// those named, and 100 whom no row names.
func randomRows(rng *rand.Rand, pod *podtest.Pod) (rows []string) {
	groups := 1 + rng.IntN(4)
	for range 1 + rng.IntN(300) {
		gid, user := fmt.Sprintf("g%d", rng.IntN(groups)), int64(1+rng.IntN(200))
		rows = append(rows, fmt.Sprintf("%s,%d", gid, user))
		if rng.IntN(4) > 0 {
			pod.AddMembers(gid, user)
		}
	}
	for g := range groups {
		for u := range int64(100) {
			pod.AddMembers(fmt.Sprintf("g%d", g), 1000+u)
		}
	}
	return rows
}

func misbehave(rng *rand.Rand, pod *podtest.Pod, seed uint64) {
	rate := func() float64 { return rng.Float64() * 0.15 }
	pod.Set(func(b *podtest.Behaviour) {
		b.RetryAfter = 0
		b.RefuseAll = rng.IntN(3) == 0
		b.DeactivatedEvery = []int64{0, 7}[rng.IntN(2)]
		b.ThrottledDone = rng.IntN(2) == 0
		b.MaxIDs = []int{0, 0, 3}[rng.IntN(3)]
		b.Order = []podtest.Order{podtest.Ascending, podtest.Descending, podtest.Shuffled}[rng.IntN(3)]
		b.Faults = podtest.FaultRates{Seed: seed, Unavailable: rate(), Throttled: rate(), ErrorBefore: rate(), ErrorAfter: rate(),
			Cut: rate(), ResetBefore: rate(), ResetAfter: rate(), Garbage: rate(), Hang: rate() / 30}
	})
}

// overHTTP puts a client in the place of the fake pod.
func (c *trial) overHTTP(address, token string, rng *rand.Rand) {
	c.t.Helper()
	base, err := url.Parse(address + "/pod")
	if err != nil {
		c.t.Fatal(err)
	}
	client, err := podclient.New(podclient.Config{
		Pod:     podclient.Endpoint{URL: base},
		Token:   podclient.NewSecret(token),
		Timeout: 250 * time.Millisecond,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.line.Rate, c.line.Concurrency, c.line.Login = 1e5, 1+rng.IntN(4), nil
	c.line.Backoff = batch.Backoff{Initial: time.Microsecond, Max: time.Millisecond}
	c.d.Line, c.d.Concurrency = batch.NewLine(c.line), c.line.Concurrency
	c.d.Change, c.d.List = client.Remove, client.Members
	c.d.ChunkSize, c.d.Window = 1+rng.IntN(50), 1+rng.IntN(4)
}

// holdAgainst holds each row's outcome against the pod's own memory.
func (c *trial) holdAgainst(pod *podtest.Pod, was map[int]bool) {
	c.t.Helper()
	rows := 0
	judgeAll(c.t, c.file, c.ledger, func(row *batch.Row, v batch.Verdict) {
		rows++
		gid := string(row.GID)
		in, sends := pod.IsMember(gid, row.UserID), pod.Sends(gid, row.UserID)
		// Halving 50 to one takes seven sizes, each with its own attempts.
		if most := 7 * (c.d.MaxAttempts + 1); sends > most {
			c.t.Errorf("line %d: sent %d times, at most %d are needed", row.Line, sends, most)
		}
		if v.Status == batch.Duplicate {
			return
		}
		if v.Attempts < sends { // one that timed out may never have arrived
			c.t.Errorf("line %d: %d attempts, and the pod saw %d: %+v", row.Line, v.Attempts, sends, v)
		}
		wrong := false
		switch v.Status {
		case batch.Removed:
			wrong = in || sends == 0
		case batch.Failed:
			wrong = in != was[row.Line]
		case batch.NotSent:
			wrong = v.Code == batch.CodeStopped && in != was[row.Line]
		case batch.Unknown:
			wrong = sends == 0
		default:
			wrong = true
		}
		if wrong {
			c.t.Errorf("line %d: %s %d: member %v, sent %d times, and yet %+v", row.Line, gid, row.UserID, in, sends, v)
		}
	})
	c.want("rows", rows, len(c.rows))
	for _, gid := range pod.Groups() {
		for u := range int64(100) {
			if !pod.IsMember(gid, 1000+u) {
				c.t.Errorf("%s %d is gone, and no row names him", gid, 1000+u)
			}
		}
	}
	if reason := c.reason(); reason != "" && reason != batch.StopUnreachable {
		c.t.Errorf("stopped: %v", batch.Stopped(c.ctx))
	}
}
