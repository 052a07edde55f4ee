package main_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"ibremove/batch"
	main "ibremove/cmd/ibremove"
)

// snippets are the README's files for machines that run the program, and how
// each of them says which exit codes it tries again. Tools that know the
// formats better check them too, in .ci/run.
func snippets() []snippet {
	return []snippet{
		{name: "/etc/cron.d/ibremove", command: cronCommand, retries: cronRetries},
		{name: "/etc/systemd/system/ibremove.service", command: unitCommand, retries: unitRetries},
		{name: "ibremove.yaml", command: podCommand, retries: jobRetries},
		{name: "ibremove.xml", command: taskCommand, retries: taskRetries},
	}
}

type snippet struct {
	name    string
	command func(t *testing.T, text string) string
	retries func(t *testing.T, text string, code int) bool
}

// TestUnattendedCommands: what they run is a command line of this program that
// asks nothing, says nothing when all is well, and names every file in full.
func TestUnattendedCommands(t *testing.T) {
	t.Parallel()
	for _, s := range snippets() {
		words := strings.Fields(s.command(t, fenced(t, s.name)))
		if len(words) < 3 || !strings.HasSuffix(strings.TrimSuffix(words[0], ".exe"), "ibremove") || words[1] != "run" {
			t.Errorf("%s runs %q", s.name, words)
			continue
		}
		o, err := main.Parse(words[1:], environment())
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		_, operands, _ := main.Split(words[1:])
		if !o.Yes || !o.Quiet || !o.Verify || o.MaxRemovals == main.None {
			t.Errorf("%s lacks one of --yes, --quiet, --verify, --max-removals: %q", s.name, words)
		}
		if o.MaxDuration != 0 || o.MaxFailures != (batch.Limit{}) {
			t.Errorf("%s retries past a limit of its own: %q", s.name, words)
		}
		for _, path := range append(operands, words[0], o.Config) {
			if !filepath.IsAbs(path) && !strings.HasPrefix(path, `C:\`) && !strings.HasPrefix(path, "/") {
				t.Errorf("%s: %q depends on the current folder", s.name, path)
			}
		}
	}
}

// TestUnattendedExitCodes: 5 and 75 are tried again, what waits for a person
// is not. Whoever stopped a run may want it to go on or not.
func TestUnattendedExitCodes(t *testing.T) {
	t.Parallel()
	for _, s := range snippets() {
		text := fenced(t, s.name)
		for _, code := range main.ExitCodes() {
			if code == 130 || code == 143 {
				continue
			}
			want := code == 5 || code == 75
			if got := s.retries(t, text, code); got != want {
				t.Errorf("%s: exit code %d tried again: %v, want %v", s.name, code, got, want)
			}
		}
	}
}

// TestReadmeExitCodes: both tables of the README have every code there is.
func TestReadmeExitCodes(t *testing.T) {
	t.Parallel()
	for _, section := range []string{"## Unattended\n", "## Exit codes\n"} {
		_, rest, _ := strings.Cut(readReadme(t), section)
		table, _, _ := strings.Cut(rest, "\n## ")
		var got []int
		for _, cell := range regexp.MustCompile(`(?m)^\| (\d[\d, ]*)`).FindAllStringSubmatch(table, -1) {
			got = append(got, integers(t, cell[1])...)
		}
		slices.Sort(got)
		if want := main.ExitCodes(); !slices.Equal(got, want) {
			t.Errorf("%q has %v, want %v", section, got, want)
		}
	}
}

// TestTimes: all run at two on the first day of a quarter.
func TestTimes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"/etc/cron.d/ibremove":               "\n0 2 1 */3 *  ",
		"/etc/systemd/system/ibremove.timer": "\nOnCalendar=*-1,4,7,10-1 02:00\n",
		"ibremove.yaml":                      "\n  schedule: \"0 2 1 */3 *\"\n",
		"ibremove.xml":                       "<DaysOfMonth><Day>1</Day></DaysOfMonth>\n        <Months><January /><April /><July /><October /></Months>",
	} {
		if !strings.Contains(fenced(t, name), want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
}

func unitCommand(t *testing.T, text string) string {
	return strings.ReplaceAll(match(t, `(?m)^ExecStart=((?:.*\\\n)*.*)$`, text), "\\\n", " ")
}

func unitRetries(t *testing.T, text string, code int) bool {
	if !strings.Contains(text, "\nType=oneshot\n") || !strings.Contains(text, "\nRestart=on-failure\n") || strings.Contains(text, "\nSuccessExitStatus=") {
		t.Fatalf("%s\nis not a oneshot that is tried again when it failed", text)
	}
	return code != 0 && !slices.Contains(integers(t, match(t, `(?m)^RestartPreventExitStatus=(.*)$`, text)), code)
}

// cronJob is the part of a CronJob that is about one pod's end.
type cronJob struct {
	Spec struct {
		JobTemplate struct {
			Spec struct {
				BackoffLimit     int `yaml:"backoffLimit"`
				PodFailurePolicy struct {
					Rules []struct {
						Action      string
						OnExitCodes struct {
							ContainerName, Operator string
							Values                  []int
						} `yaml:"onExitCodes"`
					}
				} `yaml:"podFailurePolicy"`
				Template struct {
					Spec struct {
						Containers []struct {
							Command []string
							Env     []struct{ Name string }
						}
					}
				}
			}
		} `yaml:"jobTemplate"`
	}
}

func parseJob(t *testing.T, text string) (j cronJob) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &j); err != nil {
		t.Fatal(err)
	}
	if len(j.Spec.JobTemplate.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("got %+v", j)
	}
	return j
}

func podCommand(t *testing.T, text string) string {
	return strings.Join(parseJob(t, text).Spec.JobTemplate.Spec.Template.Spec.Containers[0].Command, " ")
}

// jobRetries: the first rule that matches counts, and without one a failed pod
// is tried again up to the limit.
func jobRetries(t *testing.T, text string, code int) bool {
	spec := parseJob(t, text).Spec.JobTemplate.Spec
	for _, rule := range spec.PodFailurePolicy.Rules {
		if rule.OnExitCodes.Operator == "In" && slices.Contains(rule.OnExitCodes.Values, code) {
			return rule.Action != "FailJob"
		}
	}
	return code != 0 && spec.BackoffLimit > 0
}

// task is a task of the Windows scheduler. Another element than these is a
// mistake: the scheduler refuses those that it does not know.
type task struct {
	XMLName   xml.Name `xml:"http://schemas.microsoft.com/windows/2004/02/mit/task Task"`
	Restart   string   `xml:"Settings>RestartOnFailure>Interval"`
	Command   string   `xml:"Actions>Exec>Command"`
	Arguments string   `xml:"Actions>Exec>Arguments"`
}

func parseTask(t *testing.T, text string) (k task) {
	t.Helper()
	if err := xml.Unmarshal([]byte(text), &k); err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(`Task RegistrationInfo Description Triggers CalendarTrigger StartBoundary ScheduleByMonth
		DaysOfMonth Day Months January April July October Principals Principal UserId RunLevel Settings MultipleInstancesPolicy
		DisallowStartIfOnBatteries StopIfGoingOnBatteries StartWhenAvailable ExecutionTimeLimit RestartOnFailure Interval
		Count Actions Exec Command Arguments`)
	for _, element := range regexp.MustCompile(`<(\w+)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, element[1]) {
			t.Errorf("the task scheduler knows no %s", element[1])
		}
	}
	if k.Restart != "PT15M" || k.Command != "powershell.exe" {
		t.Errorf("got %+v", k)
	}
	return k
}

func taskCommand(t *testing.T, text string) string {
	return match(t, `cmd /c '([^']*) >>\S+ 2>&1'`, parseTask(t, text).Arguments)
}

func taskRetries(t *testing.T, text string, code int) bool {
	return slices.Contains(integers(t, match(t, `if \(\$LASTEXITCODE -notin ([\d, ]+)\) { break }`, parseTask(t, text).Arguments)), code)
}

// fenced is the block of README.md whose first line names the file.
func fenced(t *testing.T, name string) string {
	t.Helper()
	return match(t, "(?s)\n```[a-z]+\n((?:#|<!--) "+regexp.QuoteMeta(name)+"[:,\n].*?\n)```\n", readReadme(t))
}

func readReadme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// match is the one group of a pattern that has to be there once.
func match(t *testing.T, pattern, text string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
	if len(found) != 1 {
		t.Fatalf("%d matches, and not one, of %s in\n%s", len(found), pattern, text)
	}
	return found[0][1]
}

func integers(t *testing.T, text string) (ns []int) {
	t.Helper()
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		ns = append(ns, n)
	}
	return ns
}

// TestAlertMetrics: the alert rules ask for metrics that there are.
func TestAlertMetrics(t *testing.T) {
	t.Parallel()
	names := regexp.MustCompile(`\bibremove_\w+`).FindAllString(fenced(t, "ibremove.rules.yaml"), -1)
	for _, name := range names {
		if !strings.Contains(metricsPage, "\n# TYPE "+name+" ") {
			t.Errorf("there is no metric %s", name)
		}
	}
	if len(names) < 3 {
		t.Errorf("only %q", names)
	}
}
