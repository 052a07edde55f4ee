package podtest_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"ibremove/podclient/podtest"
)

// TestSettings holds that every field has a name, and every default is
// what its name takes.
func TestSettings(t *testing.T) {
	fields := reflect.TypeFor[podtest.Behaviour]().NumField() - 1 + reflect.TypeFor[podtest.FaultRates]().NumField()
	list := podtest.Behaviours()
	if len(list) != fields {
		t.Errorf("%d names for %d fields", len(list), fields)
	}
	b := podtest.DefaultBehaviour()
	for _, s := range list {
		if s.Name == "" || s.Help == "" {
			t.Errorf("no help: %+v", s)
		}
		if err := b.Set(s.Name, s.Default); err != nil {
			t.Error(err)
		}
	}
	if !reflect.DeepEqual(b, podtest.DefaultBehaviour()) {
		t.Errorf("the defaults are not the defaults: %+v", b)
	}
}

func TestSet(t *testing.T) {
	b := podtest.DefaultBehaviour()
	for name, value := range map[string]string{"read-delay": "5s", "fault-cut": "0.25", "hidden-groups": "a,b", "order": "shuffled", "retry-after-date": "true"} {
		if err := b.Set(name, value); err != nil {
			t.Error(err)
		}
	}
	if b.ReadDelay != 5*time.Second || b.Faults.Cut != 0.25 || len(b.HiddenGroups) != 2 || b.Order != podtest.Shuffled || !b.RetryAfterDate {
		t.Errorf("%+v", b)
	}
	before := b
	for _, bad := range [][2]string{
		{"nonsense", "1"}, {"order", "random"}, {"repeated", ""}, {"page-limit", "0"}, {"max-ids", "-1"}, {"max-ids", "x"},
		{"latency", "-1s"}, {"latency", "1"}, {"rate", "NaN"}, {"rate", "-1"}, {"fault-hang", "1.5"}, {"fault-hang", "NaN"},
		{"missing-group", "99"}, {"stuck-user", "-1"}, {"forbidden", "perhaps"},
	} {
		err := b.Set(bad[0], bad[1])
		if err == nil || !strings.Contains(err.Error(), bad[0]) {
			t.Errorf("%s=%s: %v", bad[0], bad[1], err)
		}
		if !reflect.DeepEqual(b, before) {
			t.Fatalf("%s=%s left a trace", bad[0], bad[1])
		}
	}
}

func FuzzSet(f *testing.F) {
	for _, s := range podtest.Behaviours() {
		f.Add(s.Name, s.Default)
	}
	f.Add("latency", "9999999h")
	f.Fuzz(func(t *testing.T, name, value string) {
		b := podtest.DefaultBehaviour()
		if err := b.Set(name, value); err != nil && !reflect.DeepEqual(b, podtest.DefaultBehaviour()) {
			t.Errorf("%s=%s left a trace", name, value)
		}
	})
}
