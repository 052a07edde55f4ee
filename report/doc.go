// Package report keeps what a run leaves behind: the durable record of what
// was sent, and what people and scripts read afterwards.
//
// The way through, in order:
//
//  1. [Lock] takes the runs directory: one run at a time works in it.
//  2. [Stage] makes a private directory for a run that is still being read and
//     asked about; [Staging.Commit] gives it its name, or it is discarded.
//  3. [CreateJournal] says durably what the run is. [Journal] is the
//     batch.Recorder: what is about to be sent is on the disk before it goes.
//  4. [FindRuns] and [OpenReplay] read earlier runs; [OpenJournal] goes on
//     with one. Damage is refused, a torn tail is dropped and told.
//  5. [Publish] puts each finished file into its place whole, or not at all.
//
// The file system is changed through a [Disk] alone, so that a full disk, a
// failing one and a power cut can be tried at every step.
package report
