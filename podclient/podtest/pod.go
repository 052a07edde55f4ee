// Package podtest is a pod to try things on: the calls that bulk removal needs,
// served over real HTTP from memory.
//
//  1. [New] makes a [Pod]; [Pod.AddMembers] seeds its groups.
//  2. [Pod.Start] serves it on loopback, plain or over TLS; it is a
//     [net/http.Handler] too.
//  3. [Behaviour] holds a switch for everything that the pod's documentation
//     leaves open; [Fault] breaks single requests at will.
//  4. [Pod.Members] tells what is true afterwards, and [Pod.Requests] how it
//     came to that.
//
// The pod is strict about what it is sent: a wrong method, path, query,
// content type or body is answered with a 4xx and a message that names it, so
// that a client's mistakes surface.
package podtest

import (
	"crypto/rsa"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options shape a pod for its life. The zero value is a well-behaved pod.
type Options struct {
	BasePath string              // every path stands below it, "" or "/context"
	NoLog    bool                // keep no requests, for benchmarks; counters go on
	Now      func() time.Time    // the pod's clock; nil: time.Now
	Fault    func(Request) Fault // see [Pod.SetFault]; nil: none
}

// Pod is one simulated pod. It is safe for concurrent use.
type Pod struct {
	base      string
	now       func() time.Time
	setting   sync.Mutex // held by one Set at a time
	behaviour atomic.Pointer[Behaviour]
	fault     atomic.Pointer[func(Request) Fault]

	mu       sync.RWMutex // guards the maps, not the groups in them
	groups   map[string]*group
	users    map[int64]UserStatus // those that are not Enabled
	accounts map[string]*rsa.PublicKey

	sessions  sessions
	throttle  throttle
	log       log
	authority func() (*Authority, error)
}

// New makes a pod with no groups, in which every user is enabled.
func New(o Options) *Pod {
	p := &Pod{
		base:     strings.TrimRight(o.BasePath, "/"),
		now:      o.Now,
		groups:   make(map[string]*group),
		users:    make(map[int64]UserStatus),
		accounts: make(map[string]*rsa.PublicKey),
		sessions: sessions{open: make(map[string]*session)},
		log:      log{off: o.NoLog},
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.authority = sync.OnceValues(func() (*Authority, error) { return newAuthority(p.now()) })
	b := DefaultBehaviour()
	p.behaviour.Store(&b)
	p.SetFault(o.Fault)
	return p
}

// Set changes how the pod behaves, from the next request on. Slices in the
// behaviour are to be replaced, not changed in place.
func (p *Pod) Set(change func(*Behaviour)) {
	p.setting.Lock()
	defer p.setting.Unlock()
	b := *p.behaviour.Load()
	change(&b)
	p.behaviour.Store(&b)
}

// SetFault has every request, a login too, shown to fault, which says how the
// pod fails it; nil: none. It is called concurrently. The rates of
// [FaultRates] apply to what it leaves alone.
func (p *Pod) SetFault(fault func(Request) Fault) { p.fault.Store(&fault) }

// UserStatus is the state of an account.
type UserStatus uint8

const (
	Enabled  UserStatus = iota
	Disabled            // deactivated
	Unknown             // the pod has no such user
)

// SetUser gives an account a status. Memberships stay as they are.
func (p *Pod) SetUser(id int64, status UserStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if status == Enabled {
		delete(p.users, id)
		return
	}
	p.users[id] = status
}

// AddMembers creates the group if need be and puts ids into it, at once and
// for every reader. It is cheap for one id as for a million.
func (p *Pod) AddMembers(gid string, ids ...int64) {
	g := p.group(gid)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.exists = true
	g.fresh = append(g.fresh, ids...)
}

// Members returns who is in a group, ascending, whatever the pod shows to its
// clients; nil if there is no such group.
func (p *Pod) Members(gid string) []int64 {
	g := p.lookup(gid)
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.exists {
		return nil
	}
	return g.members(nil)
}

// IsMember reports whether id is in a group, as [Pod.Members] does.
func (p *Pod) IsMember(gid string, id int64) bool {
	return p.slot(gid, id).in
}

// Sends returns how many requests to remove or to add have named id in this
// group, whatever came of them; an id that one request names twice counts
// twice.
func (p *Pod) Sends(gid string, id int64) int {
	return int(p.slot(gid, id).sends)
}

// Groups returns the ids of the groups, sorted.
func (p *Pod) Groups() []string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var gids []string
	for gid, g := range p.groups {
		g.mu.Lock()
		if g.exists {
			gids = append(gids, gid)
		}
		g.mu.Unlock()
	}
	slices.Sort(gids)
	return gids
}

func (p *Pod) slot(gid string, id int64) slot {
	g := p.lookup(gid)
	if g == nil {
		return slot{}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.slot(id)
}

func (p *Pod) lookup(gid string) *group {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.groups[gid]
}

// group returns what is known under gid. A name that is only asked for gets
// an entry too, to count what is sent to it, but does not exist as a group.
func (p *Pod) group(gid string) *group {
	if g := p.lookup(gid); g != nil {
		return g
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.groups[gid]
	if g == nil {
		g = &group{}
		p.groups[gid] = g
	}
	return g
}
