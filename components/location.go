package components

import (
	"fmt"

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

// BoundaryArn is the ARN of the policy that limits every role; nil without one.
func (l Location) BoundaryArn() pulumi.StringPtrInput {
	if l.Boundary == "" {
		return nil
	}
	return pulumi.StringPtr(fmt.Sprintf("arn:%s:iam::%s:policy/%s", l.Partition(), l.Account, l.Boundary))
}

// Root is the account itself, as a principal.
func (l Location) Root() string {
	return fmt.Sprintf("arn:%s:iam::%s:root", l.Partition(), l.Account)
}

// GlobalRegion is where AWS keeps what belongs to CloudFront: its firewalls, certificates and log deliveries.
const GlobalRegion = "us-east-1"
