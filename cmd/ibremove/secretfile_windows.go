package main

import "io/fs"

// accessTo cannot tell: Windows keeps such rights elsewhere.
func accessTo(fs.FileInfo, int) (ours, others bool) { return true, false }
