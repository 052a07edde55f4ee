package podtest

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// ServeHTTP answers one request. Breaking off a connection, as some faults do,
// needs a real server.
func (p *Pod) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.serve(w, r, nil) }

// call is a request on its way through the pod.
type call struct {
	Request
	http  *http.Request
	body  []byte
	wrong *answer // what is wrong with it, if it cannot be carried out
}

// answer is what the pod says, and what it did.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	applied []int64
}

func refusal(status int, message string) *answer {
	return &answer{status: status, body: errorBody(status, message)}
}

// serve answers r; what waits gives up when stop closes.
func (p *Pod) serve(w http.ResponseWriter, r *http.Request, stop <-chan struct{}) {
	p.log.enter()
	defer p.log.leave()

	b := p.behaviour.Load()
	c := p.read(w, r)
	p.log.arrived(&c.Request)
	if c.Kind == Remove || c.Kind == Add {
		g := p.group(c.GID)
		g.mu.Lock()
		g.count(c.IDs)
		g.mu.Unlock()
	}

	f := p.faultFor(c.Request, b)
	if !sleep(f.Delay, stop) {
		panic(http.ErrAbortHandler)
	}
	var own answer
	if !f.stands() || f.Apply {
		own = *p.answer(c, b.shortened(f.ShortResults))
	}
	a := f.bend(own)
	p.log.answered(c.Ordinal, a.status, a.applied)

	switch {
	case f.Reset:
		reset(w)
		return
	case f.Hang:
		<-r.Context().Done() // the client's going, or the server's closing
		panic(http.ErrAbortHandler)
	}
	if !sleep(b.latency(&c.Request), stop) {
		panic(http.ErrAbortHandler)
	}
	p.write(w, a, f.CutAfter)
}

// answer carries out a call, as the pod does when nothing breaks.
func (p *Pod) answer(c *call, b *Behaviour) *answer {
	if c.wrong != nil {
		return c.wrong
	}
	now := p.now()
	if b.Rate == 0 || !p.throttle.exceeded(b.Rate, now) {
		return p.carryOut(c, b, now)
	}
	slow := refusal(http.StatusTooManyRequests, "Too many requests")
	slow.header = b.retryAfter(now)
	if b.ThrottledDone {
		slow.applied = p.carryOut(c, b, now).applied
	}
	return slow
}

func (p *Pod) carryOut(c *call, b *Behaviour, now time.Time) *answer {
	if c.Kind == Login {
		return p.login(c, now)
	}
	user, ok := p.sessions.use(c.http.Header.Get("sessionToken"), b.TokenLifetime)
	switch {
	case !ok:
		return refusal(http.StatusUnauthorized, "Invalid session")
	case c.Kind == Session:
		return sessionInfo(user, b)
	case b.Forbidden:
		return refusal(http.StatusForbidden, "The user lacks the required entitlement to perform this operation")
	case c.Kind == Groups:
		return p.listGroups(b)
	case c.Kind == Status:
		return p.userStatus(c.User, b)
	case c.Kind == Members:
		return p.listMembers(c, b, now)
	default:
		return p.change(c, b, now)
	}
}

// write sends an answer, or so much of it: cut is [Fault.CutAfter].
func (p *Pod) write(w http.ResponseWriter, a answer, cut int) {
	h := w.Header()
	h.Set("Date", p.now().UTC().Format(http.TimeFormat))
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	for name, values := range a.header {
		h[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	w.WriteHeader(a.status)
	if cut == 0 {
		_, _ = w.Write(a.body) // the client may be gone
		return
	}
	_, _ = w.Write(a.body[:max(0, min(cut, len(a.body)-1))])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// shortened is b with so many results fewer.
func (b *Behaviour) shortened(by int) *Behaviour {
	if by == 0 {
		return b
	}
	short := *b
	short.ShortResults += by
	return &short
}

// latency is how long the answer takes beyond what it must.
func (b *Behaviour) latency(r *Request) time.Duration {
	d := b.Latency
	if r.Kind == Add {
		d += time.Duration(len(r.IDs)) * b.AddLatency
	}
	if r.GID != "" && slices.Contains(b.SlowGroups, r.GID) {
		d += b.SlowBy
	}
	return d
}

// sleep waits whether or not the client has gone: a pod does not notice. It
// reports false if stop closed first.
func sleep(d time.Duration, stop <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-stop:
		return false
	}
}
