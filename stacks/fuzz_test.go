package stacks

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkTotal loads the values twice: Load has to return a configuration or readable problems, and the same each
// time.
func checkTotal(t testing.TB, values map[string]string) {
	t.Helper()
	first := lines(t, maps.Clone(values))
	if second := lines(t, maps.Clone(values)); !slices.Equal(first, second) {
		t.Errorf("not stable:\n%s\n%s", strings.Join(first, "\n"), strings.Join(second, "\n"))
	}
	for _, line := range first {
		if len(line) > 1000 || strings.ContainsFunc(line, notPrintable) {
			t.Errorf("not readable: %.1000q", line)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, account := range accounts {
		for key, value := range stackValues(f, account) {
			f.Add(key, value)
		}
	}
	for _, seed := range [][2]string{
		{"", ""}, {":", ":"}, {"legops:", "{}"}, {"legops:network", "null"}, {"legops:network", "[]"}, {"legops:eks", "{"},
		{"legops:applications", `[null,1,"a",{},[]]`}, {"legops:queues", `[{"name":null}]`}, {"legops:rds", `{"storageGiB":1e400}`},
		{"legops:rds", `{"storageGiB":1e20,"backupWindow":"-"}`}, {"aws:secretKey", "x"},
		{"legops:account", "\x00\xff"}, {"legops:eks", "\x7f"}, {"legops:account", "\ufffd"}, {"legops:eks", `["\u200b\u007f"]`},
		{"legops:eks", `{"nodes":{"instanceTypes":["","g.","p6e-gb200.36xlarge"]},"publicAccessCidrs":["0.0.0.0/0","::/0"]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	base := stackValues(f, "prod")
	f.Fuzz(func(t *testing.T, key, value string) {
		values := maps.Clone(base)
		values[key] = value
		checkTotal(t, values)
	})
}

// Values of any type anywhere in the stack files: every rule runs with some value missing.
func TestAnyValueAnywhere(t *testing.T) {
	junk := []any{
		nil, true, "", "x", "10.0.0.0/8", "0.0.0.0/0", "m7i.large", "us-west-2a", 0, -1, 1, 3, 1e18, 0.5, []any{}, []any{nil}, []any{"", ""},
		map[string]any{}, map[string]any{"": nil}, map[string]any{"name": 1}, strings.Repeat("long ", 500), "two\nlines",
	}
	rapid.Check(t, func(r *rapid.T) {
		values := stackValues(t, rapid.SampledFrom(accounts).Draw(r, "account"))
		for range rapid.IntRange(1, 5).Draw(r, "edits") {
			key := rapid.SampledFrom(slices.Sorted(maps.Keys(values))).Draw(r, "key")
			var section any
			if json.Unmarshal([]byte(values[key]), &section) != nil {
				section = values[key]
			}
			text, err := json.Marshal(spoil(r, section, junk))
			if err != nil {
				r.Fatal(err)
			}
			values[key] = string(text)
		}
		checkTotal(t, values)
	})
}

// spoil replaces a random value by junk, or removes it.
func spoil(r *rapid.T, value any, junk []any) any {
	switch v := value.(type) {
	case map[string]any:
		if len(v) > 0 && rapid.IntRange(0, 9).Draw(r, "deeper") > 0 {
			key := rapid.SampledFrom(slices.Sorted(maps.Keys(v))).Draw(r, "step")
			if rapid.IntRange(0, 4).Draw(r, "delete") == 0 {
				delete(v, key)
			} else {
				v[key] = spoil(r, v[key], junk)
			}
			return v
		}
	case []any:
		if len(v) > 0 && rapid.IntRange(0, 9).Draw(r, "deeper") > 0 {
			i := rapid.IntRange(0, len(v)-1).Draw(r, "step")
			v[i] = spoil(r, v[i], junk)
			return v
		}
	}
	return rapid.SampledFrom(junk).Draw(r, "junk "+strconv.Itoa(len(junk)))
}
