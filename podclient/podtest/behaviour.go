package podtest

import "time"

// Behaviour is how a pod behaves where its documentation leaves it open, and
// where real ones are slow or fail. A text that is empty means that the pod
// calls the action done.
type Behaviour struct {
	// What one id answers whose membership does not change.
	UnknownUser   string // no such user
	Deactivated   string // a deactivated user, who keeps the membership
	NonMember     string // removing who is no member
	AlreadyMember string // adding who is one
	StuckUser     int64  // this one user can be neither removed nor added; 0: none
	StuckText     string

	DeactivatedEvery int64 // users whose id is a multiple of it are deactivated; 0: none
	PretendEvery     int64 // users whose id is a multiple of it are called done and left as they are; 0: none

	// What a whole call answers.
	RefuseAll     bool   // one id with a text refuses the call with 400, changing nothing
	RefuseText    string // its message; empty: that id's text
	Repeated      Repeated
	MaxIDs        int // 413 for a call with more; 0: no limit
	ShortResults  int // so many results too few
	MissingGroup  int // status of a change to an unknown group; 200: a text for each id
	Forbidden     bool
	HiddenGroups  []string // groups without a policy, which the list of groups leaves out
	TokenLifetime int      // a session ends after so many uses; 0: never

	// Reading.
	Order     Order
	PageLimit int           // ids in one page of a membership, at most, whatever is asked for
	ReadDelay time.Duration // membership lists show a change only after it

	// Time. The change is made first: it is the answer that takes long.
	Latency    time.Duration
	AddLatency time.Duration // for each id that is added
	SlowGroups []string
	SlowBy     time.Duration // more, for a call to one of them

	// Throttling.
	Rate           float64       // requests a second beyond which the answer is 429; 0: no limit
	RetryAfter     time.Duration // told with a 429 or 503, in whole seconds; 0: not told
	RetryAfterDate bool          // told as an HTTP date
	ThrottledDone  bool          // a call answered 429 was carried out all the same

	Faults FaultRates
}

// FaultRates are the probabilities with which a request below /pod fails, each
// from 0 to 1. Which one fails is settled by Seed and the request's ordinal.
type FaultRates struct {
	Seed        uint64
	Unavailable float64 // 503, nothing done
	Throttled   float64 // 429, as Behaviour.ThrottledDone says
	ErrorBefore float64 // 500, nothing done
	ErrorAfter  float64 // 500, carried out
	Cut         float64 // carried out, the answer cut
	ResetBefore float64 // connection reset, nothing done
	ResetAfter  float64 // connection reset, carried out
	Garbage     float64 // a sign-on page with status 200, carried out or not
	Hang        float64 // no answer at all, carried out or not
}

// Repeated is what becomes of an id that a call names a second time.
type Repeated string

const (
	RepeatedEach   Repeated = "each"   // judged anew: it is no member by then
	RepeatedSame   Repeated = "same"   // answered like the first
	RepeatedDrop   Repeated = "drop"   // not answered at all: fewer results than ids
	RepeatedRefuse Repeated = "refuse" // 400 for the whole call
)

// Order is the order of a membership list. Each is stable.
type Order string

const (
	Ascending  Order = "ascending"
	Descending Order = "descending"
	Shuffled   Order = "shuffled"
)

// DefaultBehaviour is that of a new pod: prompt, and true to its documentation.
func DefaultBehaviour() Behaviour {
	return Behaviour{
		UnknownUser:   "user cannot be found",
		Deactivated:   "user is deactivated",
		NonMember:     "user is not a member of the group",
		AlreadyMember: "user is already a member of the group",
		StuckText:     "user cannot be provisioned",
		Repeated:      RepeatedEach,
		MissingGroup:  404,
		Order:         Ascending,
		PageLimit:     10000,
		RetryAfter:    time.Second,
		Faults:        FaultRates{Seed: 1},
	}
}
