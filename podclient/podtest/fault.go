package podtest

import (
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Fault is how one request fails. The zero value: not at all.
type Fault struct {
	Delay    time.Duration // before anything is done
	Status   int           // answered in place of the pod's own answer
	Message  string        // of the error body that goes with Status
	Header   http.Header   // added to the answer
	Body     string        // sent as it is, in place of the answer's body
	Apply    bool          // with Status, Reset or Hang: the call is carried out first
	CutAfter int           // bytes of the answer that are sent before the connection ends; -1: only its head
	Reset    bool          // no answer: the connection is reset
	Hang     bool          // no answer, and the connection stays open
}

// carriesOut reports whether the call has its effect.
func (f Fault) carriesOut() bool {
	return f.Apply || f.Status == 0 && !f.Reset && !f.Hang
}

// bend makes of the pod's own answer the one that is sent.
func (f Fault) bend(own *answer) *answer {
	a := &answer{status: own.status, header: own.header, body: own.body}
	if f.Status != 0 {
		a.status, a.header = f.Status, nil
		a.body = errorBody(f.Status, f.Message)
	}
	if f.Body != "" {
		a.body = []byte(f.Body)
	}
	if f.Header != nil {
		header := f.Header.Clone()
		for name, values := range a.header {
			header[name] = values
		}
		a.header = header
	}
	return a
}

const signOnPage = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"

// faultFor is what SetFault says, or else a fault by chance.
func (p *Pod) faultFor(r *Request, b *Behaviour) Fault {
	if ask := *p.fault.Load(); ask != nil {
		if f := ask(*r); !f.isZero() {
			return f
		}
	}
	rates := &b.Faults
	if r.Kind == Login {
		return Fault{}
	}
	chance := rand.New(rand.NewPCG(rates.Seed, uint64(r.Ordinal)))
	roll := chance.Float64()
	for _, way := range []struct {
		rate float64
		make func() Fault
	}{
		{rates.Unavailable, func() Fault {
			return Fault{Status: http.StatusServiceUnavailable, Message: "Service Unavailable", Header: b.retryAfter(p.now())}
		}},
		{rates.Throttled, func() Fault {
			return Fault{Status: http.StatusTooManyRequests, Message: "Too many requests", Header: b.retryAfter(p.now()), Apply: b.ThrottledDone}
		}},
		{rates.ErrorBefore, func() Fault { return Fault{Status: http.StatusInternalServerError, Message: "Internal error"} }},
		{rates.ErrorAfter, func() Fault {
			return Fault{Status: http.StatusInternalServerError, Message: "Internal error", Apply: true}
		}},
		{rates.Cut, func() Fault { return Fault{CutAfter: 1 + chance.IntN(20)} }},
		{rates.ResetBefore, func() Fault { return Fault{Reset: true} }},
		{rates.ResetAfter, func() Fault { return Fault{Reset: true, Apply: true} }},
		{rates.Garbage, func() Fault {
			return Fault{Status: http.StatusOK, Body: signOnPage, Apply: chance.IntN(2) == 0}
		}},
		{rates.Hang, func() Fault { return Fault{Hang: true, Apply: chance.IntN(2) == 0} }},
	} {
		if roll < way.rate {
			return way.make()
		}
		roll -= way.rate
	}
	return Fault{}
}

func (f Fault) isZero() bool {
	return f.Delay == 0 && f.Status == 0 && f.Header == nil && f.Body == "" && !f.Apply && f.CutAfter == 0 && !f.Reset && !f.Hang
}

// reset breaks a connection off so that the client sees a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2: its stream is reset
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
