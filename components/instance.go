package components

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// Instance is what the arguments of an instance of the platform itself have in common: bastion and deployer.
type Instance struct {
	// VpcID is the VPC of the instance.
	VpcID pulumi.StringInput
	// SubnetIDs are the subnets, one per zone; the instance is in one of them.
	SubnetIDs pulumi.StringArrayInput
	// InstanceType is its EC2 instance type.
	InstanceType settings.InstanceType
	// KubernetesVersion is the minor version of the cluster that its kubectl is for.
	KubernetesVersion settings.KubernetesVersion
	// VolumeKeyArn is the KMS key of its disk.
	VolumeKeyArn pulumi.StringInput
	// Tags are put on the group, the instance and its disk, which no default tags reach.
	Tags map[string]string
}
