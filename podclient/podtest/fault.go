package podtest

import (
	"cmp"
	"crypto/tls"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Fault breaks one request; the zero Fault breaks nothing.
//
// Status, Body, Reset and Hang stand in for the pod's own answer, and then
// the request is carried out only with Apply. The others bend its own answer,
// so it is carried out. All may be combined.
type Fault struct {
	Status  int         // an answer with this status; a 2xx with Apply keeps the pod's own body
	Message string      // in the body of Status; empty: the status's usual text
	Header  http.Header // more headers, such as Retry-After or Location
	Body    []byte      // the whole body, whatever it is; nil: see Status
	Reset   bool        // the connection is reset (RST), no answer
	Hang    bool        // no answer until the client goes or the server closes
	Apply   bool        // carry it out all the same, before failing

	Delay        time.Duration // the request lies about so long first, and is carried out even if the client has gone
	ShortResults int           // so many results too few
	CutAfter     int           // the connection closes after so many bytes of the announced body; negative: after none
}

// stands reports whether f stands in for the pod's own answer.
func (f *Fault) stands() bool { return f.Status != 0 || f.Body != nil || f.Reset || f.Hang }

func (f *Fault) none() bool {
	return !f.stands() && f.Header == nil && f.Delay == 0 && f.ShortResults == 0 && f.CutAfter == 0
}

// bend returns what is answered in place of the pod's own answer, which has
// no status if the request was not carried out.
func (f *Fault) bend(own answer) answer {
	a := own
	keeps := f.Apply && f.Status < 300
	a.status = cmp.Or(f.Status, own.status, http.StatusOK)
	if f.Status != 0 && !keeps {
		a.body = errorBody(f.Status, cmp.Or(f.Message, http.StatusText(f.Status)))
	}
	if f.Body != nil {
		a.body = f.Body
	}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		a.body = nil
	}
	if f.Reset || f.Hang {
		a.status = 0
	}
	if f.Header != nil {
		a.header = maps.Clone(own.header)
		if a.header == nil {
			a.header = http.Header{}
		}
		maps.Copy(a.header, f.Header)
	}
	return a
}

// faultFor says how r fails: as the test says, or else by chance.
func (p *Pod) faultFor(r Request, b *Behaviour) Fault {
	if say := *p.fault.Load(); say != nil {
		if f := say(r); !f.none() {
			return f
		}
	}
	if r.Kind == Login || r.Kind == Other {
		return Fault{}
	}
	return b.Faults.draw(r.Ordinal, b, p.now())
}

// signOnPage is what a proxy answers in a pod's place.
const signOnPage = "<!DOCTYPE html><html><head><title>Sign on</title></head><body><form method=\"post\"></form></body></html>\n"

// draw settles by seed and ordinal alone whether a request fails, and how.
func (s FaultRates) draw(ordinal int, b *Behaviour, now time.Time) Fault {
	if s == (FaultRates{Seed: s.Seed}) {
		return Fault{}
	}
	rng := rand.New(rand.NewPCG(s.Seed, uint64(ordinal)))
	luck, coin, cut := rng.Float64(), rng.IntN(2) == 0, 1+rng.IntN(40)
	for _, f := range []struct {
		share float64
		fault Fault
	}{
		{s.Unavailable, Fault{Status: http.StatusServiceUnavailable, Header: b.retryAfter(now)}},
		{s.Throttled, Fault{Status: http.StatusTooManyRequests, Header: b.retryAfter(now), Apply: b.ThrottledDone}},
		{s.ErrorBefore, Fault{Status: http.StatusInternalServerError}},
		{s.ErrorAfter, Fault{Status: http.StatusInternalServerError, Apply: true}},
		{s.Cut, Fault{CutAfter: cut}},
		{s.ResetBefore, Fault{Reset: true}},
		{s.ResetAfter, Fault{Reset: true, Apply: true}},
		{s.Garbage, Fault{Body: []byte(signOnPage), Header: http.Header{"Content-Type": {"text/html"}}, Apply: coin}},
		{s.Hang, Fault{Hang: true, Apply: coin}},
	} {
		if luck < f.share {
			return f.fault
		}
		luck -= f.share
	}
	return Fault{}
}

// reset closes the connection under w with a RST, so that the client cannot
// take it for an orderly end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // served by other means than Start
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closing is all that is left to do anyway
	}
	_ = conn.Close()
}
