package components

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/regions"
)

// Location is where a component's resources are. Everything in it is known before the first resource exists, so
// that policies made of it show whole in a preview.
type Location struct {
	// Account is the twelve-digit AWS account id.
	Account string
	// Region is the AWS region, such as eu-west-1.
	Region string
	// Boundary is the name of the IAM policy that limits every role, its permissions boundary. Optional.
	Boundary string
}

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	regionPattern  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
)

// Partition is the first part of every ARN of the region.
func (l Location) Partition() string { return regions.Partition(l.Region) }

// ARN names a resource of the region and account.
func (l Location) ARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", l.Partition(), service, l.Region, l.Account, resource)
}

// ManagedPolicy is the ARN of a policy that AWS maintains.
func (l Location) ManagedPolicy(name string) string {
	return fmt.Sprintf("arn:%s:iam::aws:policy/%s", l.Partition(), name)
}

// Bucket is the ARN of a bucket, which names neither region nor account.
func (l Location) Bucket(name string) string {
	return fmt.Sprintf("arn:%s:s3:::%s", l.Partition(), name)
}

// Role is the ARN of a role of the account.
func (l Location) Role(name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", l.Partition(), l.Account, name)
}

// boundary is the ARN of the policy that limits every role; nil without one.
func (l Location) boundary() pulumi.StringPtrInput {
	if l.Boundary == "" {
		return nil
	}
	return pulumi.StringPtr(fmt.Sprintf("arn:%s:iam::%s:policy/%s", l.Partition(), l.Account, l.Boundary))
}

// Root is the account itself, as a principal.
func (l Location) Root() string {
	return fmt.Sprintf("arn:%s:iam::%s:root", l.Partition(), l.Account)
}

func (l Location) check(p *problems) {
	p.require(accountPattern.MatchString(l.Account), "Location.Account %q must be twelve digits", l.Account)
	p.require(regionPattern.MatchString(l.Region), "Location.Region %q must be an AWS region", l.Region)
}

// sortedKeys makes ranging over a map deterministic.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
