package cloud

import (
	"slices"
	"time"

	"legops/internal/catalogue"
)

const minutes = time.Minute

// Why AWS refuses nothing for a role that it does not know yet.
const (
	atWork  = "it takes the role when it works"
	notHere = "no stack gives one"
)

// roleUses is what each type takes of IAM: every input of the SDK whose name says so, and every policy with principals. That AWS refuses where
// the provider asks again is as good as read; where it does not, what AWS says is believed, from the answers that the provider knows elsewhere.
// The sources are files of terraform-provider-aws 5.68 and 6.13 below internal/service, which agree.
var roleUses = map[string][]roleUse{
	catalogue.AutoScalingGroup: {
		{
			through: "launchTemplate.id", inputs: []string{"iamInstanceProfile.arn", "iamInstanceProfile.name"}, creates: 2 * minutes,
			says: "ValidationError: You must use a valid fully-formed launch template. Value ({}) for parameter iamInstanceProfile.name is invalid. " +
				"Invalid IAM Instance Profile name",
			source: "autoscaling/group.go: resourceGroupCreate",
		},
		{inputs: []string{"initialLifecycleHooks[*].roleArn", "serviceLinkedRoleArn"}, why: notHere},
	},
	catalogue.BackupSelection: {{
		inputs: []string{"iamRoleArn"}, rights: true, creates: 2 * minutes,
		says:   "InvalidParameterValueException: IAM Role {} cannot be assumed by AWS Backup",
		source: "backup/selection.go: resourceSelectionCreate; also of `is not authorized to call`",
	}},
	catalogue.BackupVaultPolicy: {{
		creates: 2 * minutes, updates: 2 * minutes,
		says: "InvalidParameterValueException: Provided principal is not valid", source: "backup/vault_policy.go: resourceVaultPolicyPut",
	}},
	catalogue.BucketPolicy: {{
		creates: 2 * minutes, updates: 2 * minutes,
		says: "MalformedPolicy: Invalid principal in policy", source: "s3/bucket_policy.go: resourceBucketPolicyPut",
	}},
	catalogue.BucketReplication: {{
		inputs: []string{"role"}, why: atWork,
		source: "s3/bucket_replication_configuration.go asks again for the bucket and its versioning only, and its tests make role and replication at once",
	}},
	catalogue.Bucket: {{inputs: []string{"replicationConfigurations[*].role"}, why: notHere}},
	catalogue.BuildProject: {
		{
			inputs: []string{"serviceRole"}, rights: true, creates: 2 * minutes, updates: 2 * minutes,
			says: "InvalidInputException: CodeBuild is not authorized to perform: sts:AssumeRole on service role {}", source: "codebuild/project.go: resourceProjectCreate, resourceProjectUpdate",
		},
		{inputs: []string{"buildBatchConfig.serviceRole", "resourceAccessRole"}, why: notHere},
	},
	catalogue.Cluster: {
		{
			inputs: []string{"roleArn"}, rights: true, creates: 2 * minutes,
			says: "InvalidParameterException: roleArn, {}, does not exist", source: "eks/cluster.go: resourceClusterCreate; also of rights that are missing",
		},
		{inputs: []string{"computeConfig.nodeRoleArn"}, why: notHere},
	},
	catalogue.NodeGroup: {{
		inputs: []string{"nodeRoleArn"}, says: "InvalidParameterException: role {} does not exist",
		source: "eks/node_group.go: resourceNodeGroupCreate asks once",
	}},
	catalogue.Addon: {{
		inputs: []string{"podIdentityAssociations[*].roleArn", "serviceAccountRoleArn"}, creates: 2 * minutes,
		says: "InvalidParameterException: {} does not exist", source: "eks/addon.go: resourceAddonCreate; resourceAddonUpdate asks once",
	}},
	catalogue.PodIdentityAssociation: {{
		inputs: []string{"roleArn"}, creates: 2 * minutes, updates: 2 * minutes,
		says: "InvalidParameterException: Role provided in the request does not exist", source: "eks/pod_identity_association.go: Create, Update",
	}},
	catalogue.AccessEntry: {{
		inputs: []string{"principalArn"}, creates: 2 * minutes,
		says: "InvalidParameterException: The specified principalArn is invalid: invalid principal", source: "eks/access_entry.go: resourceAccessEntryCreate",
	}},
	catalogue.AccessPolicyAssociation: {{
		inputs: []string{"principalArn"}, why: "EKS looks for the access entry",
		source: "eks/access_policy_association.go: resourceAccessPolicyAssociationCreate",
	}},
	catalogue.Database: {
		{
			inputs: []string{"monitoringRoleArn"}, rights: true, creates: 2 * minutes, updates: 80 * minutes,
			says:   "InvalidParameterValue: IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING",
			source: "rds/instance.go: resourceInstanceCreate, dbInstanceModify",
		},
		{inputs: []string{"customIamInstanceProfile", "domainIamRoleName", "s3Import.ingestionRole"}, why: notHere},
	},
	catalogue.DeploymentGroup: {{
		inputs: []string{"serviceRoleArn"}, creates: 5 * minutes, updates: 5 * minutes,
		says:   "InvalidRoleException: AWS CodeDeploy does not have the permissions required to assume the role {}",
		source: "deploy/deployment_group.go: resourceDeploymentGroupCreate, resourceDeploymentGroupUpdate",
	}},
	catalogue.EventRule: {{
		inputs: []string{"roleArn"}, creates: 2 * minutes, updates: 2 * minutes,
		says: "ValidationException: Provided role '{}' cannot be assumed by principal 'events.amazonaws.com'", source: "events/rule.go: retryPutRule",
	}},
	catalogue.EventTarget: {{
		inputs: []string{"roleArn"}, why: atWork,
		source: "events/target.go asks once, unlike rule.go, and its tests make role and target at once",
	}},
	catalogue.FlowLog: {
		{
			inputs: []string{"iamRoleArn"}, rights: true, creates: 2 * minutes,
			says: "InvalidParameter: Unable to assume given IAM role", source: "ec2/vpc_flow_log.go: resourceLogFlowCreate",
		},
		{inputs: []string{"deliverCrossAccountRole"}, why: notHere},
	},
	catalogue.LaunchTemplate: {{
		inputs: []string{"iamInstanceProfile.arn", "iamInstanceProfile.name"}, why: "it is looked at when instances start",
		source: "ec2/ec2_launch_template.go asks once",
	}},
	catalogue.ImageRepositoryPolicy: {{
		creates: 2 * minutes, updates: 2 * minutes,
		says: "InvalidParameterException: Invalid repository policy provided: Principal not found", source: "ecr/repository_policy.go: resourceRepositoryPolicyPut",
	}},
	catalogue.InstanceProfile: {{
		inputs: []string{"role"}, creates: 2 * minutes, updates: 2 * minutes,
		says: "NoSuchEntity: The role with name {} cannot be found.", source: "iam/instance_profile.go: instanceProfileAddRole",
	}},
	catalogue.Key: {{
		creates: 2 * minutes, updates: 3 * minutes,
		says: "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.", source: "kms/wait.go: waitIAMPropagation; kms/key.go: updateKeyPolicy",
	}},
	catalogue.Pipeline: {
		{
			inputs: []string{"roleArn"}, rights: true, creates: 2 * minutes,
			says: "InvalidStructureException: CodePipeline is not authorized to perform AssumeRole on role {}", source: "codepipeline/codepipeline.go: resourcePipelineCreate; resourcePipelineUpdate asks once",
		},
		{
			inputs: []string{"stages[*].actions[*].roleArn"}, creates: 2 * minutes,
			says: "InvalidStructureException: The pipeline role is not authorized to perform AssumeRole on role {}", source: "codepipeline/codepipeline.go: resourcePipelineCreate; resourcePipelineUpdate asks once",
		},
		{inputs: conditionRoles("beforeEntry", "onFailure", "onSuccess"), why: notHere},
	},
	catalogue.Role: {{
		creates: 2 * minutes, updates: 2 * minutes,
		says: "MalformedPolicyDocument: Invalid principal in policy: {}", source: "iam/role.go: retryCreateRole, resourceRoleUpdate",
	}},
	catalogue.RolePolicy: {{
		inputs: []string{"role"}, why: "the creation of the role waits until IAM itself has it",
		source: "iam/role.go: resourceRoleRead",
	}},
	catalogue.RolePolicyAttachment: {{
		inputs: []string{"role"}, why: "the creation of the role waits until IAM itself has it",
		source: "iam/role.go: resourceRoleRead",
	}},
	catalogue.SearchDomain: {
		{
			creates: 30 * minutes, updates: 30 * minutes,
			says: "InvalidTypeException: Error setting policy", source: "opensearch/domain.go: domainErrorRetryable",
		},
		{
			inputs: []string{"advancedSecurityOptions.masterUserOptions.masterUserArn"}, why: "the domain compares it with whoever signs in; believed",
			source: "opensearch/domain.go: domainErrorRetryable has no such answer",
		},
		{inputs: []string{"cognitoOptions.roleArn"}, why: notHere},
	},
	catalogue.SearchDomainPolicy: {{
		says: "InvalidTypeException: Error setting policy",
		source: "opensearch/domain_policy.go: resourceDomainPolicyUpsert asks again only while another change is in progress; " +
			"the answer is in cloudposse/terraform-aws-elasticsearch, issue 57",
	}},
	catalogue.Queue: {{why: notHere}}, catalogue.QueuePolicy: {{why: notHere}}, catalogue.LogResourcePolicy: {{why: notHere}},
	catalogue.Secret: {{why: notHere}}, catalogue.VpcEndpoint: {{why: notHere}},
	catalogue.Topic: {
		{why: notHere},
		{inputs: slices.Concat(feedbackRoles("application"), feedbackRoles("firehose"), feedbackRoles("http"), feedbackRoles("lambda"), feedbackRoles("sqs")), why: notHere},
	},
	catalogue.TopicSubscription: {{inputs: []string{"subscriptionRoleArn"}, why: notHere}},
	catalogue.TopicPolicy: {{
		creates: 2 * minutes, updates: 2 * minutes,
		says: "InvalidParameter: Invalid parameter: Policy Error: PrincipalNotFound", source: "sns/topic.go: putTopicAttribute",
	}},
}

// feedbackRoles are the inputs of a topic that tell how its deliveries by a protocol went.
func feedbackRoles(protocol string) []string {
	return []string{protocol + "FailureFeedbackRoleArn", protocol + "SuccessFeedbackRoleArn"}
}

// conditionRoles are the inputs of a pipeline's conditions at the ends of a stage.
func conditionRoles(ends ...string) (inputs []string) {
	for _, end := range ends {
		inputs = append(inputs, "stages[*]."+end+".condition.rules[*].roleArn")
	}
	return inputs
}
