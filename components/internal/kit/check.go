package kit

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
)

// Problems collects what is wrong with the arguments of one component, so that all of it is told at once.
type Problems struct {
	Component string
	found     []error
}

// Require notes a problem, said as what has to be true, unless ok.
func (p *Problems) Require(ok bool, format string, values ...any) {
	if !ok {
		p.found = append(p.found, fmt.Errorf("%s: %s", p.Component, fmt.Sprintf(format, values...)))
	}
}

// RequireText notes a problem for each named text that is empty.
func (p *Problems) RequireText(named map[string]string) {
	for _, name := range SortedKeys(named) {
		p.Require(named[name] != "", "%s is missing", name)
	}
}

// RequireInput notes a problem for each named input that is nil.
func (p *Problems) RequireInput(named map[string]pulumi.Input) {
	for _, name := range SortedKeys(named) {
		p.Require(named[name] != nil, "%s is missing", name)
	}
}

// What names and places have to look like.
var (
	AccountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	RegionPattern  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	AppNamePattern = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$`)
	AppPathPattern = regexp.MustCompile(`^/([a-z0-9-]+(/[a-z0-9-]+)*)?$`)
	DomainPattern  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
	ClockPattern   = regexp.MustCompile(`^` + ClockTime + `$`)
	BucketPattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
)

// ClockTime is the pattern of a time of day, such as 07:00.
const ClockTime = `([01][0-9]|2[0-3]):[0-5][0-9]`

// Err is every problem found, or nil.
func (p *Problems) Err() error { return errors.Join(p.found...) }

// SortedKeys makes ranging over a map deterministic.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// RequireLocation notes what is wrong with a place.
func (p *Problems) RequireLocation(l components.Location) {
	p.Require(AccountPattern.MatchString(l.Account), "Location.Account %q must be twelve digits", l.Account)
	p.Require(RegionPattern.MatchString(l.Region), "Location.Region %q must be an AWS region", l.Region)
}

// CheckApplication notes a name that no application can have.
func CheckApplication(p *Problems, application string) {
	p.Require(AppNamePattern.MatchString(application),
		"Application %q must be 1 to 30 lower-case letters, digits and hyphens, from a letter to a letter or digit", application)
}

// CheckZones wants two zones: what is in one of them survives the loss of the other.
func CheckZones(p *Problems, zones []string) {
	p.Require(len(zones) == 2 && zones[0] != zones[1], "AvailabilityZones %v must be two different zones", zones)
}
