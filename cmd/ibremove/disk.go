//go:build !failpoint

package main

import "ibremove/report"

// hostDisk is the disk of this machine.
func hostDisk() report.Disk { return report.OSDisk{} }
