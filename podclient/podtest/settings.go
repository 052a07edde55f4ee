package podtest

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Setting is a switch of [Behaviour] as the command line knows it.
type Setting struct{ Name, Default, Help string }

// Behaviours lists the switches that [Behaviour.Set] knows, by name.
func Behaviours() []Setting {
	var list []Setting
	b := DefaultBehaviour()
	b.flags().VisitAll(func(f *flag.Flag) {
		list = append(list, Setting{f.Name, f.DefValue, f.Usage})
	})
	return list
}

// Set gives the named switch a value. An error names the switch and leaves b
// as it was.
func (b *Behaviour) Set(name, value string) error {
	next := *b
	flags := next.flags()
	f := flags.Lookup(name)
	if f == nil {
		var names []string
		flags.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		return fmt.Errorf("no simulator setting %q; there are %s", name, strings.Join(names, ", "))
	}
	if err := flags.Set(name, value); err != nil {
		return fmt.Errorf("simulator setting %s=%q: %w", name, value, err)
	}
	if err := inRange(f); err != nil {
		return fmt.Errorf("simulator setting %s=%q: %w", name, value, err)
	}
	*b = next
	return nil
}

// flags binds a name to every field; the present values are the defaults.
func (b *Behaviour) flags() *flag.FlagSet {
	f := flag.NewFlagSet("simulator", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	text := func(p *string, name, help string) {
		f.StringVar(p, name, *p, "the text for "+help+"; empty: done")
	}
	text(&b.UnknownUser, "unknown-user", "a user that does not exist")
	text(&b.Deactivated, "deactivated", "a deactivated user, who stays a member")
	text(&b.NonMember, "non-member", "removing who is no member")
	text(&b.AlreadyMember, "already-member", "adding who is a member")
	text(&b.StuckText, "stuck-text", "stuck-user")
	f.Int64Var(&b.StuckUser, "stuck-user", b.StuckUser, "a user id that can be neither removed nor added")
	f.Int64Var(&b.DeactivatedEvery, "deactivated-every", b.DeactivatedEvery, "user ids that are a multiple of it are deactivated")
	f.Int64Var(&b.PretendEvery, "pretend-every", b.PretendEvery, "user ids that are a multiple of it are called done and left as they are")

	f.BoolVar(&b.RefuseAll, "refuse-all", b.RefuseAll, "one bad id refuses the whole call with 400")
	f.StringVar(&b.RefuseText, "refuse-text", b.RefuseText, "message of refuse-all; empty: the id's own text")
	f.Var(choice[Repeated]{&b.Repeated, []Repeated{RepeatedEach, RepeatedSame, RepeatedDrop, RepeatedRefuse}}, "repeated", "an id named twice: each, same, drop or refuse")
	f.IntVar(&b.MaxIDs, "max-ids", b.MaxIDs, "413 for a call with more ids; 0: no limit")
	f.IntVar(&b.ShortResults, "short-results", b.ShortResults, "so many results too few")
	f.IntVar(&b.MissingGroup, "missing-group", b.MissingGroup, "status of a change to an unknown group")
	f.BoolVar(&b.Forbidden, "forbidden", b.Forbidden, "the account lacks the entitlement: 403")
	f.Var((*list)(&b.HiddenGroups), "hidden-groups", "groups that the list of groups leaves out, by comma")
	f.IntVar(&b.TokenLifetime, "token-lifetime", b.TokenLifetime, "uses after which a session ends; 0: never")

	f.Var(choice[Order]{&b.Order, []Order{Ascending, Descending, Shuffled}}, "order", "of a membership list: ascending, descending or shuffled")
	f.IntVar(&b.PageLimit, "page-limit", b.PageLimit, "ids in one page of a membership list, at most")
	f.DurationVar(&b.ReadDelay, "read-delay", b.ReadDelay, "membership lists show a change only after it")

	f.DurationVar(&b.Latency, "latency", b.Latency, "of every answer")
	f.DurationVar(&b.AddLatency, "add-latency", b.AddLatency, "more, for each id that is added")
	f.Var((*list)(&b.SlowGroups), "slow-groups", "groups that are slow, by comma")
	f.DurationVar(&b.SlowBy, "slow-by", b.SlowBy, "more, for a slow group")

	f.Float64Var(&b.Rate, "rate", b.Rate, "requests a second beyond which the answer is 429; 0: no limit")
	f.DurationVar(&b.RetryAfter, "retry-after", b.RetryAfter, "told with 429 and 503, in whole seconds; 0: not told")
	f.BoolVar(&b.RetryAfterDate, "retry-after-date", b.RetryAfterDate, "tell it as an HTTP date")
	f.BoolVar(&b.ThrottledDone, "throttled-done", b.ThrottledDone, "a call answered 429 was carried out all the same")

	f.Uint64Var(&b.Faults.Seed, "fault-seed", b.Faults.Seed, "settles which requests fail")
	rate := func(p *float64, name, help string) { f.Float64Var(p, name, *p, "share of "+help) }
	rate(&b.Faults.Unavailable, "fault-503", "answers 503, nothing done")
	rate(&b.Faults.Throttled, "fault-429", "answers 429, done or not as throttled-done says")
	rate(&b.Faults.ErrorBefore, "fault-500-before", "answers 500, nothing done")
	rate(&b.Faults.ErrorAfter, "fault-500-after", "answers 500, carried out")
	rate(&b.Faults.Cut, "fault-cut", "answers cut, carried out")
	rate(&b.Faults.ResetBefore, "fault-reset-before", "connections reset, nothing done")
	rate(&b.Faults.ResetAfter, "fault-reset-after", "connections reset, carried out")
	rate(&b.Faults.Garbage, "fault-garbage", "answers that are a sign-on page, carried out or not")
	rate(&b.Faults.Hang, "fault-hang", "requests never answered, carried out or not")
	return f
}

// inRange refuses what no switch can mean.
func inRange(f *flag.Flag) error {
	negative := false
	switch v := f.Value.(flag.Getter).Get().(type) {
	case int:
		negative = v < 0
		if f.Name == "page-limit" && v == 0 {
			return errors.New("at least 1")
		}
		if f.Name == "missing-group" && (v < 200 || v > 599) {
			return errors.New("an HTTP status, 200 to 599")
		}
	case int64:
		negative = v < 0
	case time.Duration:
		negative = v < 0
	case float64:
		negative = !(v >= 0) // NaN too
		if strings.HasPrefix(f.Name, "fault-") && v > 1 {
			return errors.New("a share, from 0 to 1")
		}
	}
	if negative {
		return errors.New("must not be negative")
	}
	return nil
}

// choice is a [flag.Getter] for one of a few words.
type choice[T ~string] struct {
	value *T
	from  []T
}

func (c choice[T]) Get() any { return c.String() }

func (c choice[T]) String() string {
	if c.value == nil {
		return ""
	}
	return string(*c.value)
}

func (c choice[T]) Set(word string) error {
	if !slices.Contains(c.from, T(word)) {
		return fmt.Errorf("must be one of %q", c.from)
	}
	*c.value = T(word)
	return nil
}

// list is a [flag.Getter] for words set apart by commas.
type list []string

func (l *list) Get() any       { return []string(*l) }
func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(words string) error {
	*l = nil
	if words != "" {
		*l = strings.Split(words, ",")
	}
	return nil
}
