package components

import (
	"fmt"

	"legops/internal/regions"
)

// Location is where a component's resources are. Everything in it is known before the first resource exists, so
// that policies made of it show whole in a preview.
type Location struct {
	// Account is the twelve-digit AWS account id.
	Account string
	// Region is the AWS region, such as eu-west-1.
	Region string
}

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

// Policy is the ARN of a policy of the account.
func (l Location) Policy(name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:policy/%s", l.Partition(), l.Account, name)
}

// Root is the account itself, as a principal.
func (l Location) Root() string {
	return fmt.Sprintf("arn:%s:iam::%s:root", l.Partition(), l.Account)
}

// GlobalRegion is the region of AWS's global resources, such as CloudFront's certificates, firewalls and log deliveries, and of
// the container registry.
const GlobalRegion = regions.Global
