package costs

import "legops/internal/catalogue"

// free are the types that cost nothing by themselves: AWS takes nothing for them, or takes it for what they are part of.
var free = []string{
	// What rows look up: these are paid for where they are used.
	catalogue.Addon, catalogue.BackupPlan, catalogue.Deployment, catalogue.DeploymentPatch, catalogue.EventRule,
	catalogue.EventTarget, catalogue.LaunchTemplate, catalogue.HorizontalPodAutoscaler, catalogue.RouteTableAssociation,
	catalogue.Subnet, catalogue.BuildWebhook,

	catalogue.Certificate, catalogue.CertificateValidation, catalogue.AutoScalingAttachment, catalogue.BackupVault,
	catalogue.BackupVaultLock, catalogue.BackupVaultPolicy, catalogue.Budget, catalogue.CachePolicy, catalogue.OriginAccessControl,
	catalogue.OriginRequestPolicy, catalogue.ResponseHeadersPolicy, catalogue.LogDelivery, catalogue.LogDeliveryDestination,
	catalogue.LogDeliverySource, catalogue.LogResourcePolicy, catalogue.CodeRepository, catalogue.CodeConnection,
	catalogue.DeployApplication, catalogue.DeploymentGroup, catalogue.DefaultSecurityGroup, catalogue.FlowLog,
	catalogue.InternetGateway, catalogue.Route, catalogue.RouteTable, catalogue.SecurityGroup, catalogue.SecurityGroupRule,
	catalogue.Vpc, catalogue.ImageRepository, catalogue.ImageRepositoryPolicy, catalogue.AccessEntry,
	catalogue.AccessPolicyAssociation, catalogue.PodIdentityAssociation, catalogue.InstanceProfile, catalogue.Role,
	catalogue.RolePolicy, catalogue.RolePolicyAttachment, catalogue.KeyAlias, catalogue.Listener, catalogue.ListenerRule,
	catalogue.TargetGroup, catalogue.SearchDomainPolicy, catalogue.DatabaseParameterGroup, catalogue.DatabaseSubnetGroup,
	catalogue.DNSRecord, catalogue.BucketLifecycle, catalogue.BucketLogging, catalogue.BucketObjectLock, catalogue.BucketObject,
	catalogue.BucketOwnership, catalogue.BucketPolicy, catalogue.BucketPublicAccessBlock, catalogue.BucketEncryption,
	catalogue.BucketVersioning, catalogue.Topic, catalogue.TopicPolicy, catalogue.TopicSubscription, catalogue.QueuePolicy,
	catalogue.RedriveAllowPolicy, catalogue.RedrivePolicy, catalogue.SecurityGroupEgressRule, catalogue.SecurityGroupIngressRule,
	catalogue.IPSet, catalogue.WebACLLogging, catalogue.AdmissionPolicy, catalogue.AdmissionPolicyBinding, catalogue.ConfigMap,
	catalogue.Namespace, catalogue.ServiceAccount, catalogue.Ingress, catalogue.IngressClass, catalogue.NetworkPolicy,
	catalogue.PodDisruptionBudget, catalogue.ClusterRole, catalogue.ClusterRoleBinding, catalogue.KubernetesRole,
	catalogue.KubernetesRoleBinding, "pulumi:providers:kubernetes", catalogue.RandomPassword,
}
