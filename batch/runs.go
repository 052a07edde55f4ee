package batch

import "slices"

// runs finds accounts as [Ledger.Find] does, by much smaller tables: it keeps
// one account for each run of neighbours in a group that fared alike, which
// mostly are those of one request. An account that more than one row names is
// a run by itself. It must be asked for users of the ledger alone, and gives
// another of the same run for them.
type runs struct {
	ledger *Ledger
	all    []run
	ends   []uint32 // by group: where its runs end in all
}

type run struct {
	last int64 // the highest user id
	item uint32
	word uint32 // the ledger's, of all its accounts
}

// worthwhile is how many accounts a run must stand for, on average over its
// group: where they fare too differently, the ledger itself is asked.
const worthwhile = 16

func newRuns(l *Ledger) runs {
	r := runs{ledger: l, ends: make([]uint32, len(l.groups))}
	for n, g := range l.groups {
		begin, most := len(r.all), int(g.hi-g.lo)/worthwhile+1
		for i := g.lo; i < g.hi; i++ {
			word, last := l.accounts[i], len(r.all)-1
			if last >= begin && word == r.all[last].word && word&repeated == 0 {
				r.all[last].last = l.users[i]
				continue
			}
			if r.all = append(r.all, run{l.users[i], i, word}); len(r.all)-begin > most {
				r.all = r.all[:begin]
				break
			}
		}
		r.ends[n] = uint32(len(r.all))
	}
	return r
}

// find also tells the account's word in the ledger.
func (r *runs) find(group uint32, user int64) (item, word uint32, ok bool) {
	if group == noGID {
		return 0, 0, false
	}
	begin := uint32(0)
	if group > 0 {
		begin = r.ends[group-1]
	}
	all := r.all[begin:r.ends[group]]
	if len(all) == 0 {
		if item, ok = r.ledger.find(group, user); ok {
			word = r.ledger.accounts[item]
		}
		return item, word, ok
	}
	at, _ := slices.BinarySearchFunc(all, user, func(a run, user int64) int {
		if a.last < user {
			return -1
		}
		return 1
	})
	if at == len(all) {
		return 0, 0, false
	}
	return all[at].item, all[at].word, true
}
