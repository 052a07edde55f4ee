package main_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// cronLine is the command of the README's crontab, as cron hands it to sh.
func cronLine(t *testing.T, text string) string {
	t.Helper()
	line := match(t, `(?m)^0 2 1 \*/3 \*  ibremove  (.*)$`, text)
	if strings.Contains(line, "%") {
		t.Fatalf("cron ends the command at the first %%: %s", line)
	}
	return line
}

func cronCommand(t *testing.T, text string) string {
	return match(t, `said=\$\((/usr/bin/ibremove .*?) 2>&1\); code=`, cronLine(t, text))
}

// cronRetries runs the line in an empty environment, with a program in the
// place of ours that ends with code.
func cronRetries(t *testing.T, text string, code int) bool {
	if runtime.GOOS == "windows" {
		return code == 5 || code == 75 // there is no cron
	}
	ran, slept, ended := runCron(t, cronLine(t, text), code)
	if ended != code {
		t.Errorf("cron ends with %d, and not with %d", ended, code)
	}
	if ran == 1 && slept == "" {
		return false
	}
	if ran != 4 || slept != "900 900 900 0" {
		t.Errorf("exit code %d: cron ran it %d times, and waited for %q", code, ran, slept)
	}
	return true
}

// TestCronRecovers: a try that ends well is the last one, and nobody is woken
// for those before it.
func TestCronRecovers(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no cron")
	}
	ran, slept, ended := runCron(t, cronLine(t, fenced(t, "/etc/cron.d/ibremove")), 75, 5, 0)
	if ran != 3 || slept != "900 900" || ended != 0 {
		t.Errorf("ran %d times, waited for %q, ended with %d", ran, slept, ended)
	}
}

// runCron has the program end with the given codes, the last one for good.
func runCron(t *testing.T, line string, codes ...int) (ran int, slept string, ended int) {
	t.Helper()
	dir := t.TempDir()
	last := codes[len(codes)-1]
	program := "#!/bin/sh\necho said >&2\necho >>\"$0.ran\"\ncase $(wc -l <\"$0.ran\") in\n"
	for i, code := range codes {
		program += fmt.Sprintf("*%d) exit %d ;;\n", i+1, code)
	}
	program += fmt.Sprintf("esac\nexit %d\n", last)
	for name, script := range map[string]string{
		"ibremove": program,
		"sleep":    "#!/bin/sh\nprintf '%s ' \"$1\" >>\"$0.said\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", strings.ReplaceAll(line, "/usr/bin/ibremove", filepath.Join(dir, "ibremove")))
	cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatalf("%v\n%s", err, out)
		}
		ended = exit.ExitCode()
	}
	if mail := map[bool]string{true: "", false: "said\n"}[ended == 0]; string(out) != mail {
		t.Errorf("cron mails %q after exit code %d: only the last try's words count, and none of one that ended well", out, ended)
	}
	lines, err := os.ReadFile(filepath.Join(dir, "ibremove.ran"))
	if err != nil {
		t.Fatal(err)
	}
	said, _ := os.ReadFile(filepath.Join(dir, "sleep.said"))
	return len(lines), strings.TrimSpace(string(said)), ended
}
