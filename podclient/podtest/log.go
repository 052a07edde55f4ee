package podtest

import (
	"sync"
	"sync/atomic"
	"time"
)

// Kind is what a request asks for.
type Kind uint8

const (
	Other   Kind = iota // no call that the pod has
	Remove              // POST …/membership/remove
	Add                 // POST …/membership/add
	Members             // GET …/membership/list
	Groups              // GET …/group/list
	Status              // GET …/user/{uid}/status
	Session             // GET /pod/v2/sessioninfo
	Login               // POST /login/… and /sessionauth/…
	kinds
)

func (k Kind) String() string {
	return [...]string{"other", "remove", "add", "members", "groups", "status", "session", "login", "kinds"}[min(k, kinds)]
}

// Request is one request as it arrived, and what became of it. Its slices are
// shared: they are to be read only.
type Request struct {
	Ordinal int // from 1, in the order of arrival, among all requests
	OfKind  int // the same among those of its Kind
	Time    time.Time
	Kind    Kind
	Method  string
	Path    string // escaped, as sent
	GID     string // unescaped
	IDs     []int64
	User    int64 // of a Status
	Skip    int   // of a Members, as they were understood
	Limit   int

	TraceID        string
	UserAgent      string
	ContentType    string
	IdempotencyKey string // that there is one at all is a client's mistake

	Answered int     // the status that was sent; 0: none yet, or none at all
	Applied  []int64 // the ids whose membership it changed
}

// Requests returns the log in the order of arrival, requests in flight
// included; nil with [Options.NoLog].
func (p *Pod) Requests() []Request {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	var all []Request
	for _, r := range p.log.kept {
		all = append(all, *r)
	}
	return all
}

// Count returns how many requests of a kind have arrived.
func (p *Pod) Count(k Kind) int { return int(p.log.counts[min(k, kinds)].Load()) }

// MaxInFlight returns how many requests at most were open at one time.
func (p *Pod) MaxInFlight() int { return int(p.log.peak.Load()) }

// log is what arrived.
type log struct {
	off    bool
	counts [kinds + 1]atomic.Int64
	total  atomic.Int64
	open   atomic.Int64
	peak   atomic.Int64
	mu     sync.Mutex
	kept   []*Request
}

// enter counts a request among those in flight until leave.
func (l *log) enter() {
	n := l.open.Add(1)
	for peak := l.peak.Load(); n > peak && !l.peak.CompareAndSwap(peak, n); {
		peak = l.peak.Load()
	}
}

func (l *log) leave() { l.open.Add(-1) }

// arrived gives r its ordinals and keeps it.
func (l *log) arrived(r *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Ordinal = int(l.total.Add(1))
	r.OfKind = int(l.counts[r.Kind].Add(1))
	if !l.off {
		kept := *r
		l.kept = append(l.kept, &kept)
	}
}

// answered notes what became of a request, before its client can know.
func (l *log) answered(ordinal, status int, applied []int64) {
	if l.off {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := l.kept[ordinal-1]
	kept.Answered, kept.Applied = status, applied
}
