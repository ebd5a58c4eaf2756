package components

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// problems collects what is wrong with the arguments of one component, so that all of it is told at once.
type problems struct {
	component string
	found     []error
}

// require notes a problem, said as what has to be true, unless ok.
func (p *problems) require(ok bool, format string, values ...any) {
	if !ok {
		p.found = append(p.found, fmt.Errorf("%s: %s", p.component, fmt.Sprintf(format, values...)))
	}
}

// requireText notes a problem for each named text that is empty.
func (p *problems) requireText(named map[string]string) {
	for _, name := range sortedKeys(named) {
		p.require(named[name] != "", "%s is missing", name)
	}
}

// requireInput notes a problem for each named input that is nil.
func (p *problems) requireInput(named map[string]pulumi.Input) {
	for _, name := range sortedKeys(named) {
		p.require(named[name] != nil, "%s is missing", name)
	}
}

// err is every problem found, or nil.
func (p *problems) err() error { return errors.Join(p.found...) }
