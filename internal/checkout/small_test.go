package checkout

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// All but the tuning of single applications stays, wherever it stands.
func TestSmall(t *testing.T) {
	const file = "# An account.\nconfig:\n  legops:account: \"1\"\n  legops:tuning:\n    all:\n      cpu: 1m\n"
	for name, c := range map[string]struct{ more, stays string }{
		"nothing more":               {"", ""},
		"at its end":                 {"    applications:\n      # large\n      a:\n        cpu: 2m\n", ""},
		"and more of the tuning":     {"    applications:\n      a:\n        cpu: 2m\n\n      b: {}\n    more: 1\n", "    more: 1\n"},
		"and more of the account":    {"    applications:\n      a: {}\n  # Why.\n  legops:region: x\n", "  # Why.\n  legops:region: x\n"},
		"and what Pulumi has added":  {"    applications:\n      a: {}\nencryptionsalt: v1\n", "encryptionsalt: v1\n"},
		"and a list of applications": {"  legops:cdn:\n    applications: 1\n", "  legops:cdn:\n    applications: 1\n"},
	} {
		assert.Equal(t, "# An account.\nconfig:\n"+alone+file[len("# An account.\nconfig:\n"):]+c.stays, Small(file+c.more), name)
	}
}

// What is kept is as it was, but for what it calls.
func TestFew(t *testing.T) {
	kept := []string{"portal", "identity", "matters", "search"}
	folder := t.TempDir()
	Write(t, folder, Few(t, Edit(t, "../..", "dev"), append(kept, "removed")...))
	all, few := Config(t, "../..", "dev"), Config(t, folder, "dev")
	want := all.Applications[:0:0]
	for _, a := range all.Applications {
		if slices.Contains(kept, a.Name) {
			a.Calls = slices.DeleteFunc(slices.Clone(a.Calls), func(called string) bool { return !slices.Contains(kept, called) })
			if len(a.Calls) == 0 {
				a.Calls = nil
			}
			want = append(want, a)
		}
	}
	assert.Len(t, want, len(kept))
	assert.Equal(t, want, few.Applications)
	all.Applications, few.Applications = nil, nil
	assert.Equal(t, all.Network, few.Network)
	assert.Equal(t, all.Storage, few.Storage)
}
