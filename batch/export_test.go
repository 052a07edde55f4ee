package batch

// SnapshotUpTo is Snapshot with another bound than 16 GiB.
var SnapshotUpTo = snapshot
