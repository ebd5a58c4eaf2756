// Package choice reads flags that choose among things with names.
package choice

import (
	"fmt"
	"slices"
	"strings"
)

// Among returns the names of all that a flag has, separated by commas, in that order; all if it has none. A name that is not among them is an
// error, which names the flag and calls the things by their kind, such as part.
func Among(all []string, flag, kind, value string) ([]string, error) {
	if value == "" {
		return all, nil
	}
	chosen := strings.Split(value, ",")
	for _, name := range chosen {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("-%s %s: there is no %s %q: name one of %s, or several separated by commas", flag, value, kind, name, strings.Join(all, ", "))
		}
	}
	return chosen, nil
}
