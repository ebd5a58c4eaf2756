// Package choice reads flags that choose among things with names.
package choice

import (
	"fmt"
	"slices"
	"strings"
)

// Among returns the names of all that -only has, separated by commas, in that order; all if it has none. A name that is not among them is an
// error, which calls the things by their kind, such as part.
func Among(all []string, kind, only string) ([]string, error) {
	if only == "" {
		return all, nil
	}
	chosen := strings.Split(only, ",")
	for _, name := range chosen {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("-only %s: there is no %s %q: name one of %s, or several separated by commas", only, kind, name, strings.Join(all, ", "))
		}
	}
	return chosen, nil
}
