package catalogue

import (
	"regexp"
	"slices"
)

// Types are all that are known, by service.
var Types []Type

// byToken finds a type.
var byToken = map[string]*Type{}

// add puts the types of a service into the catalogue. Every file does it once.
func add(types []Type) bool { //nolint:unparam // a declaration needs a value
	Types = append(Types, types...)
	for i := range types {
		t := &types[i]
		if byToken[t.Token] != nil {
			panic("the catalogue has two entries for " + t.Token)
		}
		byToken[t.Token] = t
	}
	return true
}

// unknown is the entry of what the catalogue does not have.
var unknown = &Type{}

// Of is what is known of a type; of one that is not in the catalogue it says nothing.
func Of(token string) *Type {
	if t := byToken[token]; t != nil {
		return t
	}
	return unknown
}

// Tokens are those of all types.
func Tokens() []string {
	tokens := make([]string, len(Types))
	for i := range Types {
		tokens[i] = Types[i].Token
	}
	return tokens
}

// Identity are the inputs that a service tells a resource by: its name, and what else its id is put together from. A type whose ids
// are drawn at random and that has no name has none.
func (t *Type) Identity() []string {
	var paths []string
	if t.Name.Input != "" {
		paths = append(paths, t.Name.Input)
	}
	for _, blank := range Blank.FindAllStringSubmatch(t.ID, -1) {
		if input := blank[2]; !derived.MatchString(input) || input == "name" && t.Name.Input == "" {
			paths = append(paths, input)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Blank matches what is filled into a form, with the separator before it.
var Blank = regexp.MustCompile(`([_:/,#-]?)\{([^}]+)\}`)

// derived matches blanks that are no inputs of their own.
var derived = regexp.MustCompile(`^(?:partition|region|account|dnsSuffix|id|digest|uuid|(?:hex|capitals|letters)\d+|name|path|listener|listenerRule|wafScope)$`)
