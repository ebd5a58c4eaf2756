package components_test

import (
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
)

// autoscaler makes the component with a Kubernetes provider and a stand-in for the cluster.
func autoscaler(args components.ClusterAutoscalerArgs) construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		kube, err := kubernetes.NewProvider(ctx, "autoscaler-kubernetes", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		if args.Name != "" {
			args.Cluster = kube
		}
		_, err = components.NewClusterAutoscaler(ctx, "autoscaler", &args, append(opts, pulumi.Providers(kube))...)
		return err
	}
}

var autoscalerArgs = components.ClusterAutoscalerArgs{
	Name: "legops-test", Location: location, Version: "1.35", ClusterName: pulumi.String("legops-test"),
}

func TestClusterAutoscaler(t *testing.T) {
	behaves(t, "legops:components:ClusterAutoscaler", "autoscaler", autoscaler(autoscalerArgs))
	r := record(t, autoscaler(autoscalerArgs))
	release := r.One(t, "kubernetes:helm.sh/v3:Release", "autoscaler-release")
	assert.Equal(t, []string{"legops:components:ClusterAutoscaler"}, r.Ancestors(release))
	expect(t, release, map[string]any{
		"name": "cluster-autoscaler", "namespace": "kube-system", "chart": "cluster-autoscaler", "version": "9.59.0",
		"repositoryOpts.repo": "https://kubernetes.github.io/autoscaler", "atomic": true, "timeout": 300.0,
		"values.autoDiscovery.clusterName": "legops-test", "values.awsRegion": "eu-west-1", "values.image.tag": "v1.35.0",
		"values.rbac.serviceAccount.name":                          "cluster-autoscaler",
		"values.containerSecurityContext.allowPrivilegeEscalation": false,
	})
	assert.Contains(t, release.Provider, "pulumi:providers:kubernetes::autoscaler-kubernetes::")
	assert.Contains(t, release.DeletedWith, "autoscaler-kubernetes", "the stand-in for the cluster")

	association := r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "autoscaler-identity")
	expect(t, association, map[string]any{
		"clusterName": "legops-test", "namespace": "kube-system", "serviceAccount": "cluster-autoscaler", "roleArn": "arn:of:autoscaler-role",
	})
	assert.Contains(t, release.DependsOn, association.URN)
	assert.Contains(t, association.DependsOn, r.One(t, "aws:iam/rolePolicy:RolePolicy", "autoscaler-role-policy").URN)
}

func TestClusterAutoscalerFollowsKubernetes(t *testing.T) {
	args := autoscalerArgs
	args.Version = "1.34"
	expect(t, record(t, autoscaler(args)).One(t, "kubernetes:helm.sh/v3:Release", "autoscaler-release"), map[string]any{"values.image.tag": "v1.34.2"})
}

func TestClusterAutoscalerRights(t *testing.T) {
	r := record(t, autoscaler(autoscalerArgs))
	trust := policyOf(t, r.One(t, "aws:iam/role:Role", "autoscaler-role"), "assumeRolePolicy").Statement[0]
	assert.Equal(t, []string{"pods.eks.amazonaws.com"}, trust.Principal.Service)
	assert.Equal(t, []string{"sts:AssumeRole", "sts:TagSession"}, trust.Action)
	assert.Equal(t, map[string][]string{
		"aws:RequestTag/eks-cluster-name":           {"legops-test"},
		"aws:RequestTag/kubernetes-namespace":       {"kube-system"},
		"aws:RequestTag/kubernetes-service-account": {"cluster-autoscaler"},
	}, trust.Condition["StringEquals"])

	rights := policyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "autoscaler-role-policy"), "policy")
	assert.Len(t, rights.Statement, 3)
	for _, action := range rights.Statement[0].Action {
		assert.Regexp(t, "^(autoscaling|ec2):(Describe|Get)", action, "on everything it may only look")
	}
	change := rights.Statement[2]
	assert.Equal(t, []string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"}, change.Action)
	assert.Equal(t, []string{"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/eks-*"}, change.Resource)
	assert.Equal(t, map[string][]string{"aws:ResourceTag/k8s.io/cluster-autoscaler/legops-test": {"owned"}}, change.Condition["StringEquals"])
}

func TestClusterAutoscalerRefuses(t *testing.T) {
	refuses(t, autoscaler(components.ClusterAutoscalerArgs{}), "Name is missing", `Version "" must be one of [1.34 1.35]`, "ClusterName is missing", "Cluster is missing", "Location.Account")
}
