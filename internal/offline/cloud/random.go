package cloud

import (
	"maps"
	"slices"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What the random provider computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.RandomPassword: {
		outputs: outputs{
			"result":     func(m made) any { return password(m) },
			"bcryptHash": func(m made) any { return "$2a$10$" + drawn(digest(password(m)), 53, bcryptAlphabet) },
		},
		rules: []rule{passwordIsPossible},
	},
})

// bcryptAlphabet is what the hash of a password is written in. The hash here only looks like one.
const bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// randomAccount is where things of the random provider are recorded: they live in no account, only in Pulumi's state.
const randomAccount = "random"

// alphabets are the kinds of characters of a password: the input that says whether it has them (all do unless told
// otherwise), the one that says how many at least, and the characters.
var alphabets = []alphabet{
	{"lower", "minLower", "abcdefghijklmnopqrstuvwxyz"},
	{"upper", "minUpper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"numeric", "minNumeric", "0123456789"},
	{"special", "minSpecial", "!@#$%&*()-_=+[]{}<>:?"},
}

type alphabet struct{ wanted, least, characters string }

// allowed are the characters of a kind that a password may have.
func (a alphabet) allowed(inputs model.Values) string {
	if wanted, given := inputs.Get(a.wanted).(bool); given && !wanted {
		return ""
	}
	if own := inputs.Text("overrideSpecial"); own != "" && a.wanted == "special" {
		return own
	}
	return a.characters
}

// password derives what the random provider would draw: the same for one URN and one set of keepers. What it must have comes first.
func password(m made) string {
	seed := m.digest("password")
	keepers := m.inputs.Values("keepers")
	for _, name := range slices.Sorted(maps.Keys(keepers)) {
		value, _ := keepers[name].(string)
		seed = digest(seed, name, value)
	}
	all, must := "", ""
	for _, alphabet := range alphabets {
		characters := alphabet.allowed(m.inputs)
		all += characters
		if characters != "" {
			must += drawn(digest(seed, alphabet.wanted), int(m.inputs.Number(alphabet.least, 0)), characters)
		}
	}
	length := int(m.inputs.Number("length", 0))
	return must + drawn(seed, max(0, length-len(must)), all)
}

// passwordIsPossible is the rule that a password has room for what it must hold, and something to be made of.
func passwordIsPossible(_ *Provider, e *Entry) error {
	length, least, all := e.in().Number("length", 0), 0.0, ""
	for _, alphabet := range alphabets {
		all += alphabet.allowed(e.in())
		least += e.in().Number(alphabet.least, 0)
	}
	if length < 1 || length < least || all == "" {
		return e.refusal("length is %v, must be 1 or more and at least the sum of the least numbers, %v, of %d characters", length, least, len(all))
	}
	return nil
}
