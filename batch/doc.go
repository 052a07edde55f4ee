// Package batch turns a file of gid,userId rows into paced requests and into
// exactly one Outcome for every row.
//
// The way through, in order:
//
//  1. [Snapshot] copies the input once, gunzips it, and says what it is: size,
//     SHA-256, line ends.
//  2. [Reader] streams its rows. A row's own fault is a value ([Row.Fault]);
//     any other error is the last pair of the stream and a [*Refusal] if the
//     file is to blame. Every Seq2 of this package follows that convention.
//  3. [Ledger] keeps one account for each distinct gid,userId pair: what was
//     asked, and what came of it. Nothing is matched by counting along: a row
//     finds its outcome by its pair, in this life and in every later one.
//  4. [Line] is the one way to the pod: every request of any kind takes its
//     turn there, waits out a pause, and logs in again after a 401.
//  5. [Dispatcher] sends the ledger's open accounts in [Chunk]s, tells one
//     [Recorder] what it is about to send and what came of it, and knows for
//     each event what it means for the rows.
//
// Conservation: each data row read ends in exactly one outcome. A row is
// invalid by itself, a duplicate by its pair, and otherwise has its pair's
// outcome; a pair has one outcome at any time, and it begins as not sent.
package batch
