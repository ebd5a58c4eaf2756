package kit

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// NameTag is the tag that consoles show as a resource's name.
func NameTag(name string) pulumi.StringMap { return pulumi.StringMap{"Name": pulumi.String(name)} }

// LastSegment is what follows the last slash.
func LastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// NewSecurityGroup creates a security group without a single rule: the connectivity table makes the rules. Its
// physical name is left to Pulumi, so that a replacement can exist beside what it replaces.
func NewSecurityGroup(ctx *pulumi.Context, name, tag, description string, vpc pulumi.StringInput, opts ...pulumi.ResourceOption) (*ec2.SecurityGroup, error) {
	return ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{
		VpcId:       vpc,
		Description: pulumi.String(description),
		Tags:        NameTag(tag),
	}, append(opts, pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: "5m"}))...)
}
