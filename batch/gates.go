package batch

import (
	"context"
	"hash/fnv"
)

// gates keep the requests that change a group apart from a reading of its pages
// that they have disturbed. Groups share a few of them: one that has to wait
// for another's reading waits a little.
type gates [64]gate

// gate is passed by many at once, or held by one alone.
type gate struct {
	places chan struct{} // taken by who passes; all of them by who holds the gate
	holder chan struct{} // held by the one who takes all
}

// newGates makes gates that so many pass at once.
func newGates(many int) *gates {
	g := new(gates)
	for i := range g {
		g[i] = gate{make(chan struct{}, many), make(chan struct{}, 1)}
	}
	return g
}

func (g *gates) of(gid string) gate {
	h := fnv.New32a()
	_, _ = h.Write([]byte(gid))
	return g[h.Sum32()%uint32(len(g))]
}

// pass waits until nobody holds the gate; done lets go of it.
func (g gate) pass(ctx context.Context) (done func(), err error) {
	if err := enter(ctx, g.places); err != nil {
		return nil, context.Cause(ctx)
	}
	return func() { <-g.places }, nil
}

// hold waits until nobody passes any more; done lets the others pass.
func (g gate) hold(ctx context.Context) (done func(), err error) {
	if enter(ctx, g.holder) != nil {
		return nil, context.Cause(ctx)
	}
	taken := 0
	done = func() {
		for range taken {
			<-g.places
		}
		<-g.holder
	}
	for ; taken < cap(g.places); taken++ {
		if enter(ctx, g.places) != nil {
			done()
			return nil, context.Cause(ctx)
		}
	}
	return done, nil
}
