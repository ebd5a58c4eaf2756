package main

// What pulumi-aws (v6, provider/resources.go at commit 00ba5ea53c2548fd367776345b7c52f191ce1372, about v6.42, mid 2024) adds to what the
// bridge derives from Terraform's schema, for the resource types of this project.
//
// Constants and rules that hold for every type
//
//   - Default autonaming: every type whose Terraform schema has an input `name` (Optional or Required) and whose entry has
//     no field `name` gets AutoName("name", 255, "-"): URN name + "-" + 7 hex digits, an error beyond 255 characters. Such
//     a `name` is optional in Pulumi even where Terraform requires it. It covers SDKv2 and plugin-framework types alike.
//     Only the top-level field called exactly `name` counts.
//     Answered without asking the schema: aws_wafv2_ip_set and aws_wafv2_web_acl yes;
//     aws_wafv2_web_acl_logging_configuration (and a few Quicksight types) no.
//     Exempt in the list: aws_route53_record, whose entry mentions `name` only so that it is not autonamed.
//     Own rule in place of the default one: aws_cloudwatch_event_rule 64, aws_iam_role 64, aws_lb_target_group 32,
//     aws_kms_alias, aws_sns_topic, aws_sqs_queue. (aws_cloudwatch_metric_alarm has no field `name` in Terraform: its
//     alarm_name is called name in Pulumi.)
//     In the list the default rule therefore applies to what names255 holds, below.
//   - AutoName(n, max, sep): Name n, AutoNamed, 7 random hex digits. AutoNameTransform(n, max, f): the same with "-", f on
//     the URN name first (before the suffix). AutoNameWithCustomOptions: PostTransform comes last, after max was checked.
//     AutoNamed is what makes the bridge delete before it replaces when the program itself gave the name. A default
//     with From (FromName, or a function) is not AutoNamed and does not.
//   - managedByPulumi: the default "Managed by Pulumi" of some descriptions.
//   - tags: every type with `tags` (not Computed) and `tags_all` gets
//     // callback: PreCheckCallback applyTags: tagsAll = defaultTags of the provider, overridden by tags, without ignoreTags
//     // ({} when nothing remains; unknown when tags or the provider's config hold an unknown). It runs after the type's own
//     // PreCheckCallback.
//     and tags_all {MarkAsComputedOnly: true, MarkAsOptional: false}. The upstream provider is patched so that tags_all is
//     no longer computed by Terraform. (wafv2 ip_set and web_acl: yes; web_acl_logging_configuration: no, both hard-coded.)
//   - ComputeID: none of the list.
//   - UniqueNameFields: nowhere in the file.
//   - IDFields: on aws_cloudwatch_log_group {name} and aws_s3_object {bucket, key}; the bridge does not use them.
//   - AltTypes, and Type "string" or an ARN token on a field that is a string anyway, change only the SDKs: left out.
//   - Diffs: SDKv2 types go through DiffStrategy PlanState; PlanResourceChange is on only for aws_ssm_document,
//     aws_wafv2_web_acl, aws_wafv2_rule_group and aws_batch_job_definition.
//
// Helpers of the file: ref(v) = &v; tfbridge.True() and False() = pointers to bools; awsResource(mod, T) = the token
// "aws:" + lower(mod) + "/" + lowerFirst(T) + ":" + T; rAlias(tf, old, new, info) = an entry with the token new and the
// alias old (all of aws_lb*: old module elasticloadbalancingv2); MustComputeTokens gives the types without an entry a token:
// the longest key of the module map that prefixes the name after aws_, the rest in upper camel case.
//
// Patched below the bridge, so not to be seen in an entry: aws_db_parameter_group (see there).

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// terraform names the Terraform type behind each Pulumi type.
var terraform = map[string]string{
	"aws:acm/certificate:Certificate":                                        "aws_acm_certificate",            // computed
	"aws:acm/certificateValidation:CertificateValidation":                    "aws_acm_certificate_validation", // computed
	"aws:autoscaling/attachment:Attachment":                                  "aws_autoscaling_attachment",
	"aws:autoscaling/group:Group":                                            "aws_autoscaling_group",
	"aws:autoscaling/tag:Tag":                                                "aws_autoscaling_group_tag",
	"aws:backup/plan:Plan":                                                   "aws_backup_plan",
	"aws:backup/selection:Selection":                                         "aws_backup_selection",
	"aws:backup/vault:Vault":                                                 "aws_backup_vault",
	"aws:backup/vaultLockConfiguration:VaultLockConfiguration":               "aws_backup_vault_lock_configuration",
	"aws:backup/vaultPolicy:VaultPolicy":                                     "aws_backup_vault_policy",
	"aws:budgets/budget:Budget":                                              "aws_budgets_budget", // computed
	"aws:cloudfront/cachePolicy:CachePolicy":                                 "aws_cloudfront_cache_policy",
	"aws:cloudfront/distribution:Distribution":                               "aws_cloudfront_distribution", // computed
	"aws:cloudfront/originAccessControl:OriginAccessControl":                 "aws_cloudfront_origin_access_control",
	"aws:cloudfront/originRequestPolicy:OriginRequestPolicy":                 "aws_cloudfront_origin_request_policy",
	"aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy":             "aws_cloudfront_response_headers_policy",
	"aws:cloudwatch/compositeAlarm:CompositeAlarm":                           "aws_cloudwatch_composite_alarm",
	"aws:cloudwatch/dashboard:Dashboard":                                     "aws_cloudwatch_dashboard",
	"aws:cloudwatch/eventRule:EventRule":                                     "aws_cloudwatch_event_rule",
	"aws:cloudwatch/eventTarget:EventTarget":                                 "aws_cloudwatch_event_target",
	"aws:cloudwatch/logDelivery:LogDelivery":                                 "aws_cloudwatch_log_delivery",             // computed
	"aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination":           "aws_cloudwatch_log_delivery_destination", // computed
	"aws:cloudwatch/logDeliverySource:LogDeliverySource":                     "aws_cloudwatch_log_delivery_source",      // computed
	"aws:cloudwatch/logGroup:LogGroup":                                       "aws_cloudwatch_log_group",
	"aws:cloudwatch/logMetricFilter:LogMetricFilter":                         "aws_cloudwatch_log_metric_filter",
	"aws:cloudwatch/logResourcePolicy:LogResourcePolicy":                     "aws_cloudwatch_log_resource_policy",
	"aws:cloudwatch/metricAlarm:MetricAlarm":                                 "aws_cloudwatch_metric_alarm",
	"aws:codebuild/project:Project":                                          "aws_codebuild_project",
	"aws:codebuild/webhook:Webhook":                                          "aws_codebuild_webhook",
	"aws:codecommit/repository:Repository":                                   "aws_codecommit_repository",
	"aws:codeconnections/connection:Connection":                              "aws_codeconnections_connection", // computed (not by this version: its module map has no codeconnections; later ones have)
	"aws:codedeploy/application:Application":                                 "aws_codedeploy_app",
	"aws:codedeploy/deploymentGroup:DeploymentGroup":                         "aws_codedeploy_deployment_group",
	"aws:codepipeline/pipeline:Pipeline":                                     "aws_codepipeline",
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":                      "aws_default_security_group",
	"aws:ec2/eip:Eip":                                                        "aws_eip",
	"aws:ec2/flowLog:FlowLog":                                                "aws_flow_log",
	"aws:ec2/internetGateway:InternetGateway":                                "aws_internet_gateway",
	"aws:ec2/launchTemplate:LaunchTemplate":                                  "aws_launch_template",
	"aws:ec2/natGateway:NatGateway":                                          "aws_nat_gateway",
	"aws:ec2/route:Route":                                                    "aws_route",
	"aws:ec2/routeTable:RouteTable":                                          "aws_route_table",
	"aws:ec2/routeTableAssociation:RouteTableAssociation":                    "aws_route_table_association",
	"aws:ec2/securityGroup:SecurityGroup":                                    "aws_security_group",
	"aws:ec2/securityGroupRule:SecurityGroupRule":                            "aws_security_group_rule",
	"aws:ec2/subnet:Subnet":                                                  "aws_subnet",
	"aws:ec2/vpc:Vpc":                                                        "aws_vpc",
	"aws:ec2/vpcEndpoint:VpcEndpoint":                                        "aws_vpc_endpoint",
	"aws:ecr/lifecyclePolicy:LifecyclePolicy":                                "aws_ecr_lifecycle_policy",
	"aws:ecr/repository:Repository":                                          "aws_ecr_repository",
	"aws:ecr/repositoryPolicy:RepositoryPolicy":                              "aws_ecr_repository_policy",
	"aws:eks/accessEntry:AccessEntry":                                        "aws_eks_access_entry",              // computed
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":                "aws_eks_access_policy_association", // computed
	"aws:eks/addon:Addon":                                                    "aws_eks_addon",
	"aws:eks/cluster:Cluster":                                                "aws_eks_cluster", // computed
	"aws:eks/nodeGroup:NodeGroup":                                            "aws_eks_node_group",
	"aws:eks/podIdentityAssociation:PodIdentityAssociation":                  "aws_eks_pod_identity_association", // computed
	"aws:iam/instanceProfile:InstanceProfile":                                "aws_iam_instance_profile",
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider":                    "aws_iam_openid_connect_provider",
	"aws:iam/policy:Policy":                                                  "aws_iam_policy",
	"aws:iam/role:Role":                                                      "aws_iam_role",
	"aws:iam/rolePolicy:RolePolicy":                                          "aws_iam_role_policy",
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment":                      "aws_iam_role_policy_attachment",
	"aws:kms/alias:Alias":                                                    "aws_kms_alias",
	"aws:kms/key:Key":                                                        "aws_kms_key",
	"aws:lb/listener:Listener":                                               "aws_lb_listener",
	"aws:lb/listenerRule:ListenerRule":                                       "aws_lb_listener_rule",
	"aws:lb/loadBalancer:LoadBalancer":                                       "aws_lb",
	"aws:lb/targetGroup:TargetGroup":                                         "aws_lb_target_group",
	"aws:opensearch/domain:Domain":                                           "aws_opensearch_domain",
	"aws:opensearch/domainPolicy:DomainPolicy":                               "aws_opensearch_domain_policy",
	"aws:rds/instance:Instance":                                              "aws_db_instance",
	"aws:rds/parameterGroup:ParameterGroup":                                  "aws_db_parameter_group",
	"aws:rds/subnetGroup:SubnetGroup":                                        "aws_db_subnet_group",
	"aws:route53/record:Record":                                              "aws_route53_record",
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":   "aws_s3_bucket_lifecycle_configuration",
	"aws:s3/bucketLoggingV2:BucketLoggingV2":                                 "aws_s3_bucket_logging",
	"aws:s3/bucketMetric:BucketMetric":                                       "aws_s3_bucket_metric",
	"aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2": "aws_s3_bucket_object_lock_configuration",
	"aws:s3/bucketObjectv2:BucketObjectv2":                                   "aws_s3_object",
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":                 "aws_s3_bucket_ownership_controls",
	"aws:s3/bucketPolicy:BucketPolicy":                                       "aws_s3_bucket_policy",
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":                 "aws_s3_bucket_public_access_block",
	"aws:s3/bucketReplicationConfig:BucketReplicationConfig":                 "aws_s3_bucket_replication_configuration",
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": "aws_s3_bucket_server_side_encryption_configuration",
	"aws:s3/bucketV2:BucketV2":                                        "aws_s3_bucket",
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                    "aws_s3_bucket_versioning",
	"aws:secretsmanager/secret:Secret":                                "aws_secretsmanager_secret",
	"aws:sns/topic:Topic":                                             "aws_sns_topic",
	"aws:sns/topicPolicy:TopicPolicy":                                 "aws_sns_topic_policy",
	"aws:sns/topicSubscription:TopicSubscription":                     "aws_sns_topic_subscription",
	"aws:sqs/queue:Queue":                                             "aws_sqs_queue",
	"aws:sqs/queuePolicy:QueuePolicy":                                 "aws_sqs_queue_policy",
	"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy":                   "aws_sqs_queue_redrive_allow_policy",
	"aws:sqs/redrivePolicy:RedrivePolicy":                             "aws_sqs_queue_redrive_policy",
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":         "aws_vpc_security_group_egress_rule",
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":       "aws_vpc_security_group_ingress_rule",
	"aws:wafv2/ipSet:IpSet":                                           "aws_wafv2_ip_set",
	"aws:wafv2/webAcl:WebAcl":                                         "aws_wafv2_web_acl",
	"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "aws_wafv2_web_acl_logging_configuration",
}

type fields = map[string]*tfbridge.SchemaInfo

// overrides are what pulumi-aws says of a type beyond what the bridge derives. A type that is missing here has no entry, or
// one with nothing but a token, documents, AltTypes or a C# name.
var overrides = map[string]*tfbridge.ResourceInfo{
	"aws_autoscaling_group": {Fields: fields{
		// the repeated block tag; without a Name it would keep "tag" or "tags" by whether the schema has a `tags` too
		"tag": {Name: "tags"},
	}},
	"aws_cloudwatch_event_rule":   {Fields: fields{"name": tfbridge.AutoName("name", 64, "-")}},
	"aws_cloudwatch_event_target": {Fields: fields{"target_id": tfbridge.AutoName("targetId", 255, "-")}},
	"aws_cloudwatch_log_resource_policy": {Fields: fields{
		// policy_name is not autonamed: the program must give it
		"policy_document": {Transform: tfbridge.TransformJSONDocument},
	}},
	// called name in Pulumi; compositeAlarm's alarm_name stays alarmName, and is not autonamed
	"aws_cloudwatch_metric_alarm": {Fields: fields{"alarm_name": tfbridge.AutoName("name", 255, "-")}},
	"aws_security_group": {Fields: fields{
		"description": {Default: managedByPulumi},
		"ingress":     {Name: "ingress"}, // not ingresses
		"egress":      {Name: "egress"},
	}},
	"aws_default_security_group": {Fields: fields{
		"ingress": {Name: "ingress"},
		"egress":  {Name: "egress"},
	}},
	"aws_security_group_rule":   {DeleteBeforeReplace: true},
	"aws_ecr_repository_policy": {Fields: fields{"policy": {Transform: tfbridge.TransformJSONDocument}}},
	"aws_ecr_lifecycle_policy": {
		DeleteBeforeReplace: true,
		Fields:              fields{"policy": {Transform: tfbridge.TransformJSONDocument}},
	},
	"aws_eks_node_group": {Fields: fields{"node_group_name": tfbridge.AutoName("nodeGroupName", 255, "-")}},
	"aws_iam_policy":     {Fields: fields{"policy": {Transform: tfbridge.TransformJSONDocument}}},
	// policy_arn is given the Name policyArn, which is the derived one
	"aws_iam_role_policy_attachment": {DeleteBeforeReplace: true},
	"aws_iam_role_policy":            {Fields: fields{"policy": {Transform: tfbridge.TransformJSONDocument}}},
	"aws_iam_role": {Fields: fields{
		"name":               tfbridge.AutoName("name", 64, "-"),
		"assume_role_policy": {Transform: tfbridge.TransformJSONDocument},
		"inline_policy": {
			Transform: withDocuments,
			Elem:      &tfbridge.SchemaInfo{Fields: fields{"name": tfbridge.AutoName("name", 128, "-")}},
		},
	}},
	"aws_kms_alias": {Fields: fields{
		"name": tfbridge.AutoNameWithCustomOptions("name", tfbridge.AutoNameOptions{
			Separator: "-", Maxlen: 238, Randlen: 7, PostTransform: aliased,
		}),
	}},
	"aws_lb_target_group": {Fields: fields{
		"name":                 tfbridge.AutoName("name", 32, "-"),
		"deregistration_delay": {Type: "integer"}, // a string in Terraform's schema
	}},
	"aws_opensearch_domain": {Fields: fields{"domain_name": tfbridge.AutoName("domainName", 255, "-")}},
	"aws_db_instance": {
		Fields: fields{"identifier": {Default: &tfbridge.DefaultInfo{From: instanceIdentifier}}},
		// callback: PreCheckCallback: an input `name` becomes `dbName`, with a warning that it is deprecated; both at once
		// are an error. Then applyTags.
		// callback: TransformFromState: a state with dbName loses `name`; one with only `name` gets it as dbName.
		// callback: SchemaPostProcessor of the provider: the Pulumi schema alone has an input and output `name` (a string,
		// deprecated, which replaces when it changes).
	},
	"aws_db_parameter_group": {Fields: fields{
		"description": {Default: managedByPulumi},
		"parameter": {Elem: &tfbridge.SchemaInfo{Fields: fields{
			"apply_method": {Default: &tfbridge.DefaultInfo{Value: "immediate"}},
		}}},
		// Terraform's schema is patched at the provider's start: parameter.apply_method is Computed and has no default; the
		// hash of a parameter in the set leaves apply_method out (it counts as immediate); a CustomizeDiff, after the
		// provider's own, clears a change of an apply_method whose value does not change.
	}},
	"aws_db_subnet_group": {Fields: fields{"description": {Default: managedByPulumi}}},
	"aws_route53_record": {Fields: fields{
		"name":                       {Name: "name"}, // a domain name: never autonamed
		"alias":                      many("aliases"),
		"geolocation_routing_policy": many("geolocationRoutingPolicies"),
		"latency_routing_policy":     many("latencyRoutingPolicies"),
		"failover_routing_policy":    many("failoverRoutingPolicies"),
		"weighted_routing_policy":    many("weightedRoutingPolicies"),
	}},
	"aws_s3_bucket": {Fields: fields{
		"bucket":     tfbridge.AutoNameTransform("bucket", 63, strings.ToLower),
		"logging":    many("loggings"),
		"versioning": many("versionings"),
		"website":    many("websites"),
		"server_side_encryption_configuration": manyOf("serverSideEncryptionConfigurations", fields{
			"rule": manyOf("rules", fields{
				"apply_server_side_encryption_by_default": many("applyServerSideEncryptionByDefaults"),
			}),
		}),
		"lifecycle_rule": {Elem: &tfbridge.SchemaInfo{Fields: fields{
			"expiration":                    many("expirations"),
			"noncurrent_version_expiration": many("noncurrentVersionExpirations"),
		}}},
		// itself still one object
		"object_lock_configuration": {Elem: &tfbridge.SchemaInfo{Fields: fields{
			"rule": manyOf("rules", fields{
				"default_retention": many("defaultRetentions"),
			}),
		}}},
		"replication_configuration": manyOf("replicationConfigurations", fields{
			"rules": {Elem: &tfbridge.SchemaInfo{Fields: fields{
				"filter": many("filters"),
				"source_selection_criteria": manyOf("sourceSelectionCriterias", fields{
					"sse_kms_encrypted_objects": many("sseKmsEncryptedObjects"),
				}),
				"destination": manyOf("destinations", fields{
					"metrics":                    {MaxItemsOne: tfbridge.False()}, // no Name
					"replication_time":           many("replicationTimes"),
					"access_control_translation": many("accessControlTranslations"),
				}),
			}}},
		}),
	}},
	"aws_s3_object": {Fields: fields{
		"key":    {Default: &tfbridge.DefaultInfo{From: tfbridge.FromName(tfbridge.AutoNameOptions{})}}, // the URN name, no suffix
		"source": {Asset: &tfbridge.AssetTranslation{Kind: tfbridge.FileAsset}},
	}},
	"aws_s3_bucket_policy": {Fields: fields{"policy": {Transform: tfbridge.TransformJSONDocument}}},
	"aws_sns_topic":        {Fields: fields{"name": fifoName("fifoTopic")}},
	"aws_sns_topic_policy": {Fields: fields{"policy": {Transform: tfbridge.TransformJSONDocument}}},
	"aws_sns_topic_subscription": {Fields: fields{
		"topic_arn": {Name: "topic"},
	}},
	"aws_sqs_queue":        {Fields: fields{"name": fifoName("fifoQueue")}},
	"aws_sqs_queue_policy": {Fields: fields{"policy": {Transform: tfbridge.TransformJSONDocument}}},
}

// names255 are the types of the list that the default rule of autonaming reaches: an input `name` and no entry for it.
var names255 = []string{
	"aws_autoscaling_group",
	"aws_backup_plan",
	"aws_backup_selection",
	"aws_backup_vault",
	"aws_budgets_budget",
	"aws_cloudfront_cache_policy",
	"aws_cloudfront_origin_access_control",
	"aws_cloudfront_origin_request_policy",
	"aws_cloudfront_response_headers_policy",
	"aws_cloudwatch_log_delivery_destination",
	"aws_cloudwatch_log_delivery_source",
	"aws_cloudwatch_log_group",
	"aws_cloudwatch_log_metric_filter",
	"aws_codebuild_project",
	"aws_codeconnections_connection",
	"aws_codedeploy_app",
	"aws_codepipeline",
	"aws_db_parameter_group",
	"aws_db_subnet_group",
	"aws_ecr_repository",
	"aws_eks_cluster",
	"aws_iam_instance_profile",
	"aws_iam_policy",
	"aws_iam_role_policy",
	"aws_launch_template",
	"aws_lb",
	"aws_s3_bucket_metric",
	"aws_secretsmanager_secret",
	"aws_security_group",
	"aws_wafv2_ip_set",
	"aws_wafv2_web_acl",
}

var managedByPulumi = &tfbridge.DefaultInfo{Value: "Managed by Pulumi"}

// many is a block that Terraform allows once at most (or not) and that is a list in Pulumi.
func many(name string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Name: name, MaxItemsOne: tfbridge.False()}
}

func manyOf(name string, f fields) *tfbridge.SchemaInfo {
	s := many(name)
	s.Elem = &tfbridge.SchemaInfo{Fields: f}
	return s
}

// fifoName ends in .fifo where the flag is true; the 80 characters are checked before the ending is added.
func fifoName(flag resource.PropertyKey) *tfbridge.SchemaInfo {
	return tfbridge.AutoNameWithCustomOptions("name", tfbridge.AutoNameOptions{
		Separator: "-", Maxlen: 80, Randlen: 7,
		PostTransform: func(r *tfbridge.PulumiResource, name string) (string, error) {
			if v := r.Properties[flag]; v.IsBool() && v.BoolValue() {
				name += ".fifo"
			}
			return name, nil
		},
	})
}

func aliased(_ *tfbridge.PulumiResource, name string) (string, error) {
	const prefix = "alias/"
	if !strings.HasPrefix(name, prefix) {
		name = fmt.Sprint(prefix, name)
	}
	return name, nil
}

// instanceIdentifier has no separator before its hex digits; with an engine of SQL Server it is 15 characters at most, 3 of
// them random. A name that leaves no room is an error.
func instanceIdentifier(r *tfbridge.PulumiResource) (any, error) {
	random, longest := 7, 255
	if e := r.Properties["engine"]; e.IsString() && strings.Contains(strings.ToLower(e.StringValue()), "sqlserver") {
		random, longest = 3, 15
	}
	return resource.NewUniqueHex(r.URN.Name(), random, longest)
}

// withDocuments drops from a role's inline policies what is no object, and an object whose policy is "" or is no string (a
// computed one among them); it keeps an object without a policy, which stands for no inline policies at all.
func withDocuments(v resource.PropertyValue) (resource.PropertyValue, error) {
	if !v.IsArray() {
		return v, nil
	}
	kept := []resource.PropertyValue{}
	for _, e := range v.ArrayValue() {
		if !e.IsObject() {
			continue
		}
		o := e.ObjectValue()
		if document := o["policy"]; !o.HasValue("policy") || document.IsString() && document.StringValue() != "" {
			kept = append(kept, e)
		}
	}
	return resource.NewArrayProperty(kept), nil
}

// What later versions say of the list, beyond this (v7's provider/resource_overrides.go; not checked for 6.83.2 itself):
//
//   - aws_autoscaling_group
//     callback: TransformOutputs: forceDelete, forceDeleteWarmPool, ignoreFailedScailingActivities (so spelt) and
//     waitForCapacityTimeout get the default of Terraform's schema where the outputs lack them.
//   - aws_eks_cluster: certificate_authority {Name: certificateAuthority, MaxItemsOne: true}
//     callback: TransformFromState: bootstrapSelfManagedAddons is true where the state lacks it.
//   - aws_db_instance: identifier is AutoNamed (ComputeDefault; the same lengths, no separator), so an identifier that the
//     program gives makes a replacement delete first: since pulumi/pulumi-aws pull request 6437 of June 2026, after 6.83.2.
//   - tags: a type whose tags are Optional and Computed gets applyTags too.
//   - the module map has codeconnections.
//   - v7 only: aws_s3_bucket is aws:s3/bucket:Bucket, and BucketV2 a copy of it, aws_s3_bucket_v2_compat, with the entry of
//     aws_s3_bucket above; the other ...V2 types of s3 are aliases of the types without V2.
