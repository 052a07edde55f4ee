package main

import (
	"runtime"
	"runtime/debug"
)

// boundGarbage lets the heap grow by as much as is in use besides the ledger,
// whose size is given in bytes, before it is collected. The ledger is most of
// the heap and holds no pointers: a collection costs as little as if it were
// not there, and the memory of a cron container is the file's, not twice that.
func boundGarbage(ledger int) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	inUse := max(int(m.HeapAlloc), ledger+1)
	room := max(inUse-ledger, 2<<20)
	debug.SetGCPercent(min(100, max(1, 100*room/inUse)))
}
