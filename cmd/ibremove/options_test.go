package main_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ibremove/batch"
	main "ibremove/cmd/ibremove"
)

// environment looks names up in "A=1 B=2".
func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, p := range pairs {
			if n, v, _ := strings.Cut(p, "="); n == name {
				return v, true
			}
		}
		return "", false
	}
}

func TestDefaults(t *testing.T) {
	o, err := main.Parse([]string{"run", "x.csv"}, environment())
	if err != nil {
		t.Fatal(err)
	}
	want := [...]any{200, 5.0, 4, time.Minute, 5, 0, main.None, float64(main.None), batch.Limit{}, time.Duration(0)}
	got := [...]any{o.ChunkSize, o.Rate, o.Concurrency, o.Timeout, o.MaxAttempts, o.Canary, o.MaxRemovals, o.MaxGroupShare, o.MaxFailures, o.MaxDuration}
	if got != want {
		t.Errorf("defaults are %v, want %v", got, want)
	}
	if o.Given("rate") {
		t.Error("a default counts as given")
	}
}

func TestOptions(t *testing.T) {
	for _, test := range []struct {
		name string
		line string
		env  []string
		got  func(o main.Options) any
		want any
	}{
		{"flag after the file", "run x.csv --rate 0.5", nil, func(o main.Options) any { return o.Rate }, 0.5},
		{"flag before the command", "--rate 2 run x.csv", nil, func(o main.Options) any { return o.Rate }, 2.0},
		{"glued value", "run --rate=1e9 x.csv", nil, func(o main.Options) any { return o.Rate }, 1e9},
		{"flag wins over environment", "run --rate 3 x", []string{"IBREMOVE_RATE=7"}, func(o main.Options) any { return o.Rate }, 3.0},
		{"environment wins over default", "run x", []string{"IBREMOVE_RATE=7"}, func(o main.Options) any { return o.Rate }, 7.0},
		{"a variable set to nothing", "run x", []string{"IBREMOVE_RATE="}, func(o main.Options) any { return o.Rate }, 5.0},
		{"a variable of another command", "verify x", []string{"IBREMOVE_CHUNK_SIZE=junk"}, func(o main.Options) any { return o.ChunkSize }, 200},
		{"boolean yes", "run x", []string{"IBREMOVE_STRICT=YES"}, func(o main.Options) any { return o.Strict }, true},
		{"boolean on", "run x", []string{"IBREMOVE_YES=on"}, func(o main.Options) any { return o.Yes }, true},
		{"boolean off", "run x", []string{"IBREMOVE_STRICT=0"}, func(o main.Options) any { return o.Strict }, false},
		{"boolean switched off by flag", "run --strict=false x", []string{"IBREMOVE_STRICT=1"}, func(o main.Options) any { return o.Strict }, false},
		{"short flags combined", "run -qvy x", nil, func(o main.Options) any { return [3]bool{o.Quiet, o.Verbose, o.Yes} }, [3]bool{true, true, true}},
		{"dry run is check", "run x -n --login", nil, func(o main.Options) any { return o.Login }, true},
		{"failures in percent", "run --max-failures 2.5% x", nil, func(o main.Options) any { return o.MaxFailures }, batch.Limit{Most: 2.5, Unit: batch.Percent}},
		{"no failure at all", "run --max-failures 0 x", nil, func(o main.Options) any { return o.MaxFailures }, batch.Limit{Unit: batch.Rows}},
		{"group share", "run --max-group-share 10% x", nil, func(o main.Options) any { return o.MaxGroupShare }, 10.0},
		{"group share turns preflight on", "run --max-group-share 10 x", nil, func(o main.Options) any { return o.Preflight }, true},
		{"columns", "run --column gid=G --column userId=U x", nil, func(o main.Options) any { return o.Column }, main.Column{GID: "G", UserID: "U"}},
		{"same flag, same value", "run --gid g --gid g x", nil, func(o main.Options) any { return o.GID }, "g"},
		{"dashed value", "run --gid=-g x", nil, func(o main.Options) any { return o.GID }, "-g"},
		{"token", "run x", []string{"IBREMOVE_SESSION_TOKEN= tok\n"}, func(o main.Options) any { return o.SessionToken.Reveal() }, "tok"},
		{"token file wins over token", "run --session-token-file f x", []string{"IBREMOVE_SESSION_TOKEN=tok"}, func(o main.Options) any { return o.SessionToken.IsZero() }, true},
		{"behaviours", "simulate --set a=1 --set b=2", nil, func(o main.Options) any { return len(o.Set) }, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := main.Parse(strings.Split(test.line, " "), environment(test.env...))
			if err != nil {
				t.Fatal(err)
			}
			if got := test.got(o); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestOptionErrors(t *testing.T) {
	for _, test := range []struct {
		line string
		env  string
		want string // in the error
	}{
		{"run --rate 0 x", "", `--rate: "0"`},
		{"run --rate NaN x", "", `--rate: "NaN"`},
		{"run --rate Inf x", "", `--rate: "Inf"`},
		{"run --rate 0x10 x", "", `--rate: "0x10"`},
		{"run --chunk-size 0 x", "", "it goes from 1 to 10,000"},
		{"run --chunk-size 10001 x", "", "it goes from 1 to 10,000"},
		{"run --chunk-size 1.5 x", "", "not a whole number"},
		{"run --concurrency 0 x", "", "--concurrency: 0 is out of range"},
		{"run --max-attempts 0 x", "", "--max-attempts: 0 is out of range"},
		{"run --canary=-1 x", "", "--canary: -1 is out of range"},
		{"run --timeout 0s x", "", "--timeout: \"0s\" must be more than 0"},
		{"run --timeout 30 x", "", "write 30s for seconds"},
		{"run --max-duration soon x", "", "no length of time"},
		{"run --max-failures 101% x", "", "no share"},
		{"run --max-group-share -1 x", "", "looks like a flag"},
		{"run --max-group-share=-1 x", "", "no share"},
		{"run --column userid x", "", "write gid=NAME or userId=NAME"},
		{"run --column gid=A --column gid=B x", "", "given twice"},
		{"run --gid a --gid b x", "", `--gid is given twice: "a" and "b"`},
		{"run --gid g --column gid=G x", "", "contradict"},
		{"run --simulate --pod-url https://p x", "", "contradict"},
		{"run --private-key-file k --session-token-file t x", "", "contradict"},
		{"run --pod-url acme.symphony.com x", "", "write one such as https://acme.symphony.com"},
		{"run --pod-url https://p?x=1 x", "", "query"},
		{"simulate --addr 0.0.0.0:1", "", "not on loopback"},
		{"simulate --addr 127.0.0.1", "", "write HOST:PORT"},
		{"run x", "IBREMOVE_STRICT=maybe", `environment variable IBREMOVE_STRICT: "maybe"`},
		{"run x", "IBREMOVE_RATE=fast", `environment variable IBREMOVE_RATE: "fast"`},
		{"run x --rate", "", "--rate needs a value: --rate R"},
		{"run --rate= x", "", "--rate has an empty value"},
		{"run --stict x", "", "unknown flag --stict"},
		{"run -z x", "", "unknown flag -z"},
		{"run -rate x", "", "unknown flag -rate"},
		{"run --login x", "", "run takes no --login; it belongs to check"},
		{"verify --strict x", "", "verify takes no --strict"},
	} {
		_, err := main.Parse(strings.Split(test.line, " "), environment(test.env))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: error %v, want %q in it", test.env, test.line, err, test.want)
		}
	}
}

func TestErrorsTellNoSecret(t *testing.T) {
	for _, test := range []struct{ line, env string }{
		{"run --pod-url https://user:hunter2@pod x", ""},
		{"run --pod-url https://user:hunter2@pod:port x", ""},
		{"run --pod-url user:hunter2@pod x", ""},
		{"run x", "IBREMOVE_SESSION_TOKEN=hunter2 and more"},
		{"run --private-key=hunter2 x", ""},
	} {
		_, err := main.Parse(strings.Split(test.line, " "), environment(test.env))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s %s: error %v", test.env, test.line, err)
		}
	}
}

func TestArguments(t *testing.T) {
	o, err := main.Parse([]string{"run", "--rate", "2", "--again", "-y", "--simulate", "--gid=-g", "--strict=off", "--column", "userId=User ID", "--ca-file", "ca.pem", "x"},
		environment("IBREMOVE_CONCURRENCY=9", "IBREMOVE_SESSION_TOKEN=hunter2", "IBREMOVE_PREFLIGHT=yes"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--rate", "2", "--yes", "--gid=-g", "--strict=off", "--column", "userId=User ID", "--ca-file", "/here/ca.pem", "--preflight", "--concurrency", "9"}
	if got := o.Arguments("resume", func(name string) string { return "/here/" + name }, "again"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for line, env := range map[string][]string{
		"--session-token-file /t": {"IBREMOVE_PRIVATE_KEY_FILE=/k"},
		"":                        {"IBREMOVE_PRIVATE_KEY_FILE=/k", "IBREMOVE_SESSION_TOKEN=hunter2"},
		"--private-key-file /k":   {"IBREMOVE_PRIVATE_KEY_FILE=/k"},
	} {
		o, err := main.Parse(append([]string{"run", "x"}, strings.Fields(line)...), environment(env...))
		if got := strings.Join(o.Arguments("resume", strings.TrimSpace), " "); err != nil || got != line {
			t.Errorf("%s %v: got %q, who is to log in as this life did; %v", line, env, got, err)
		}
	}
	if !o.Given("concurrency") || o.GivenByFlag("concurrency") {
		t.Error("a variable counts as given, and not by a flag")
	}
}

// Whatever is typed: no panic, and every operand is kept, in its order.
func FuzzSplitArgs(f *testing.F) {
	for _, line := range []string{"run x", "run\x00--rate\x005\x00x", "-nq\x00run\x00-", "run\x00--\x00--x\x00-y", "--rate=\x00x", "--\x00", "-h\x00--rate=5"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Split(line, "\x00")
		command, operands, err := main.Split(args)
		if err != nil {
			return
		}
		rest := args
		for _, operand := range append([]string{command}, operands...) {
			i := slices.Index(rest, operand)
			if i < 0 && operand != "" {
				t.Fatalf("%q: operand %q was not typed", args, operand)
			}
			rest = rest[i+1:]
		}
		_, _ = main.Parse(args, environment())
	})
}
