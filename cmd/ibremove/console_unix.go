//go:build unix

package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

func hostConsole() Console {
	stderr := int(os.Stderr.Fd())
	return Console{
		Stdin:  term.IsTerminal(int(os.Stdin.Fd())),
		Stderr: term.IsTerminal(stderr),
		Width: func() int {
			width, _, _ := term.GetSize(stderr) // 0 on an error: not known
			return width
		},
		Open: func() (io.ReadWriteCloser, error) { return os.OpenFile("/dev/tty", os.O_RDWR, 0) },
	}
}
