package disktest

import (
	"ibremove/report"
)

// file is an open file of a Disk.
type file struct {
	disk *Disk
	real report.File
	node *node
	name string
}

func (f *file) Write(p []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	err := f.disk.step("write", f.name)
	fault := f.disk.fault
	if fault.Short && len(f.disk.steps) == fault.Step {
		p = p[:len(p)/2]
	} else if err != nil {
		return 0, err
	}
	n, realErr := f.real.Write(p)
	f.node.data = append(f.node.data, p[:n]...)
	if err == nil {
		err = realErr
	}
	return n, err
}

func (f *file) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.step("sync", f.name); err != nil {
		f.node.syncFailed()
		return err
	}
	f.node.synced = len(f.node.data)
	return nil
}

// Close always closes the real file.
func (f *file) Close() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	err := f.disk.step("close", f.name)
	if realErr := f.real.Close(); err == nil {
		err = realErr
	}
	return err
}
