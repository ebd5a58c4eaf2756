package standards

import (
	"slices"

	"legops/internal/catalogue"
)

// Types of resources that rules name.
const (
	accessBlock        = catalogue.BucketPublicAccessBlock
	backupPlan         = catalogue.BackupPlan
	bucket             = catalogue.Bucket
	bucketEncryption   = catalogue.BucketEncryption
	bucketLifecycle    = catalogue.BucketLifecycle
	bucketLogging      = catalogue.BucketLogging
	bucketOwnership    = catalogue.BucketOwnership
	bucketPolicy       = catalogue.BucketPolicy
	bucketVersioning   = catalogue.BucketVersioning
	buildProject       = catalogue.BuildProject
	cluster            = catalogue.Cluster
	clusterComponent   = "eks:index:Cluster"
	codeRepository     = catalogue.CodeRepository
	database           = catalogue.Database
	databaseParameters = catalogue.DatabaseParameterGroup
	defaultGroup       = catalogue.DefaultSecurityGroup
	distribution       = catalogue.Distribution
	domainPolicy       = catalogue.SearchDomainPolicy
	egressRule         = catalogue.SecurityGroupEgressRule
	eksRule            = catalogue.SecurityGroupRule
	flowLog            = catalogue.FlowLog
	headersPolicy      = catalogue.ResponseHeadersPolicy
	imageLifecycle     = catalogue.ImageLifecyclePolicy
	imageRepository    = catalogue.ImageRepository
	ingressRule        = catalogue.SecurityGroupIngressRule
	key                = catalogue.Key
	launchTemplate     = catalogue.LaunchTemplate
	listener           = catalogue.Listener
	loadBalancer       = catalogue.LoadBalancer
	logDeliverySource  = catalogue.LogDeliverySource
	logGroup           = catalogue.LogGroup
	logResourcePolicy  = catalogue.LogResourcePolicy
	nodeGroup          = catalogue.NodeGroup
	pipeline           = catalogue.Pipeline
	policyAttachment   = catalogue.RolePolicyAttachment
	provider           = "pulumi:providers:aws"
	queue              = catalogue.Queue
	queuePolicy        = catalogue.QueuePolicy
	repositoryPolicy   = catalogue.ImageRepositoryPolicy
	role               = catalogue.Role
	rolePolicy         = catalogue.RolePolicy
	searchDomain       = catalogue.SearchDomain
	secret             = catalogue.Secret
	securityGroup      = catalogue.SecurityGroup
	selection          = catalogue.BackupSelection
	subnet             = catalogue.Subnet
	topic              = catalogue.Topic
	topicPolicy        = catalogue.TopicPolicy
	vault              = catalogue.BackupVault
	vaultLock          = catalogue.BackupVaultLock
	vaultPolicy        = catalogue.BackupVaultPolicy
	vpc                = catalogue.Vpc
	webACL             = catalogue.WebACL
	webACLLogging      = catalogue.WebACLLogging
)

// refusedTypes are in the catalogue, for reviews and the simulated cloud, and no stack may have them. Neither are users and access keys of
// IAM, nor anything that has a public address of its own, and they are not to be.
var refusedTypes = []string{catalogue.AutoScalingTag, catalogue.IamPolicy, catalogue.OpenIDConnectProvider}

// allowedTypes are all that a stack may be made of: what the catalogue has, and what is no resource of a service.
var allowedTypes = append(
	slices.DeleteFunc(catalogue.Tokens(), func(typ string) bool { return slices.Contains(refusedTypes, typ) }),
	clusterComponent, provider, "legops:components:*",
	// Those without settings are default providers: what they make is listed as everything is.
	"pulumi:providers:eks", "pulumi:providers:kubernetes", "pulumi:providers:pulumi", "pulumi:providers:random", "pulumi:pulumi:Stack",
)

// holdingData are the types that hold data which no deployment can create again.
func holdingData() []string {
	var types []string
	for i := range catalogue.Types {
		if t := &catalogue.Types[i]; t.HoldsData() {
			types = append(types, t.Token)
		}
	}
	return types
}
