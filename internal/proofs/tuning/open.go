package tuning

import (
	"slices"
	"strings"
)

// Open is what is known not to hold: of moves of some keys, what the proof finds, why that is, and how to go about it meanwhile.
type Open struct {
	Keys           []string
	Finds, Why, Do string
}

// opens are all of them. docs/tuning.md lists them.
var opens = []Open{
	{[]string{"legops:network.subnets"}, "InvalidSubnet.Conflict",
		"a subnet cannot change its range: the new one is created while the old one, which it overlaps, is there",
		"choose ranges that overlap none that is in use, in an update of their own"},
	{[]string{"legops:eks.administrators", "legops:eks.viewers"}, "AlreadyExists",
		"a role has one access entry: under another name it is created while the old one is there, and EKS refuses that",
		"take the entry out in one update, and add it under its new name in the next"},
	{[]string{"legops:eks.administrators", "legops:eks.viewers"}, "principalArn",
		"the program cannot tell whether a role exists, and EKS refuses one that does not",
		"`make check-account` looks at the account first"},
	{[]string{"legops:eks.addonVersions"}, "is not as before once it is taken back",
		"EKS keeps the version of an add-on that is no longer pinned",
		"pin the version that you want back"},
}

// isOpen says whether what a move finds is known.
func isOpen(m *Move, text string) bool {
	return slices.ContainsFunc(opens, func(o Open) bool {
		return strings.Contains(text, o.Finds) && slices.ContainsFunc(o.Keys, func(key string) bool { return m.Of == key || strings.HasPrefix(m.Of, key+".") })
	}) || slices.ContainsFunc(m.parts, func(part *Move) bool { return isOpen(part, text) })
}
