package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"ibremove/batch"
	"ibremove/podclient"
	"ibremove/podclient/podtest"
)

// deactivatedEvery makes a few of a file's users deactivated, so that a first
// run shows what a failure looks like.
const deactivatedEvery = 331

// simulate serves a pod simulator until it is stopped.
func simulate(ctx context.Context, env *Env, o Options, _ string) error {
	behaviour := podtest.DefaultBehaviour()
	for _, s := range o.Set {
		if err := behaviour.Set(s.Name, s.Value); err != nil {
			return refuse("ibremove simulate --help names the switches.", "--set %s=%s: %w", s.Name, s.Value, err)
		}
	}
	pod := podtest.New(podtest.Options{NoLog: true})
	pod.Set(func(b *podtest.Behaviour) { *b = behaviour })
	if o.Verbose {
		pod.SetFault(func(r podtest.Request) podtest.Fault { // asked at each request; none is broken here
			env.Terminal.Say(arrival(r))
			return podtest.Fault{}
		})
	}
	if o.Seed != "" {
		in, closed, err := probeInput(ctx, env, o.Seed, batch.Layout{}, batch.CheckOptions{Review: true})
		if err != nil {
			return err
		}
		seedFromLedger(pod, in.ledger)
		closed()
	}
	server, err := pod.Start(podtest.Listen{Addr: o.Addr})
	if err != nil {
		return refuse("choose another port, or leave --addr out: a free one is taken then.", "--addr %s: %w", o.Addr, err)
	}
	defer server.Close()
	address := server.URL
	env.Terminal.Say(fmt.Sprintf("Serving %s until it is stopped (Ctrl-C). Try:\n  IBREMOVE_SESSION_TOKEN=%s ibremove run --pod-url %s FILE",
		count(len(pod.Groups()), "group"), pod.Token(), address))
	// last: whoever reads it may send at once, and each request's line comes after the hint
	if err := env.Terminal.Print(fmt.Sprintf("pod-url %s\nsession-token %s\n", address, pod.Token())); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// arrival is a request that came in, in a line.
func arrival(r podtest.Request) string {
	line := r.Method + " " + r.Path + ": "
	if len(r.IDs) > 0 {
		line += count(len(r.IDs), "id") + ", "
	}
	return line + "trace " + r.TraceID
}

// switches names what --set can switch.
func switches() string {
	var names []string
	for _, b := range podtest.Behaviours() {
		names = append(names, b.Name)
	}
	return strings.Join(names, ", ")
}

// ownSimulator serves a pod for this job alone.
func (j *job) ownSimulator() error {
	env, o := j.env, j.o
	pod := podtest.New(podtest.Options{NoLog: true})
	server, err := pod.Start(podtest.Listen{})
	if err != nil {
		return refuse("", "the simulator cannot listen on loopback: %w", err)
	}
	j.onClose = append(j.onClose, server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		return err
	}
	j.pod = pod
	j.target = &target{
		pod:      server.URL,
		username: "simulator",
		attempts: o.MaxAttempts,
		config: podclient.Config{
			Pod:       podclient.Endpoint{URL: below(base, "pod")},
			Token:     podclient.NewSecret(pod.Token()),
			Timeout:   o.Timeout,
			MaxConns:  o.Concurrency,
			UserAgent: "ibremove/" + env.Build.Number(),
			Now:       env.Now,
		},
	}
	return nil
}

// seedFromLedger makes everybody whom a file names a member, and a few of them
// deactivated.
func seedFromLedger(pod *podtest.Pod, l *batch.Ledger) {
	for c := range l.Where(func(uint32) bool { return true }) {
		pod.AddMembers(c.GID, c.Users...)
		for i, item := range c.Items {
			if item%deactivatedEvery == deactivatedEvery-1 {
				pod.SetUser(c.Users[i], podtest.Disabled)
			}
		}
	}
}
