package main

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/windows"
	"golang.org/x/term"
)

func hostConsole() Console {
	stderr := windows.Handle(os.Stderr.Fd())
	return Console{
		Stdin:  term.IsTerminal(int(os.Stdin.Fd())),
		Stderr: obeysEscapes(stderr),
		Width: func() int {
			width, _, _ := term.GetSize(int(stderr)) // 0 on an error: not known
			return width
		},
		Open: openConsole,
	}
}

// obeysEscapes asks a console to act on escape sequences. One that cannot
// gets plain lines, like a file.
func obeysEscapes(h windows.Handle) bool {
	var mode uint32
	if windows.GetConsoleMode(h, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// console joins the two devices that Windows has for one terminal.
type console struct {
	*os.File // what is typed
	screen   *os.File
}

func openConsole() (io.ReadWriteCloser, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &console{in, out}, nil
}

func (c *console) Write(p []byte) (int, error) { return c.screen.Write(p) }

func (c *console) Close() error {
	return errors.Join(c.screen.Close(), c.File.Close())
}
