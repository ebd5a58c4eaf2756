package kit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// EncryptedRoot is the root volume of Amazon Linux 2023, under the key of the volumes, gone with its instance.
func EncryptedRoot(gib int, keyArn pulumi.StringInput) ec2.LaunchTemplateBlockDeviceMappingArgs {
	return ec2.LaunchTemplateBlockDeviceMappingArgs{
		DeviceName: pulumi.String("/dev/xvda"),
		Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
			VolumeType:          pulumi.String("gp3"),
			VolumeSize:          pulumi.Int(gib),
			Encrypted:           pulumi.String("true"),
			KmsKeyId:            keyArn.ToStringOutput().ToStringPtrOutput(),
			DeleteOnTermination: pulumi.String("true"),
		},
	}
}

// TagSpecifications put the tags on everything that EC2 makes from a template, which no default tags reach.
func TagSpecifications(name string, tags map[string]string) ec2.LaunchTemplateTagSpecificationArray {
	all := pulumi.StringMap{"Name": pulumi.String(name)}
	for key, value := range tags {
		all[key] = pulumi.String(value)
	}
	specifications := ec2.LaunchTemplateTagSpecificationArray{}
	for _, resource := range []string{"instance", "volume", "network-interface"} {
		specifications = append(specifications, ec2.LaunchTemplateTagSpecificationArgs{
			ResourceType: pulumi.String(resource), Tags: all,
		})
	}
	return specifications
}
