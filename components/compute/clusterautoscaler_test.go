package compute_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/compute"
	"legops/components/internal/componenttest"
)

func autoscaler(args compute.ClusterAutoscalerArgs) componenttest.Construct {
	return componenttest.OnCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error {
		if args.Name != "" {
			args.Cluster = cluster
		}
		_, err := compute.NewClusterAutoscaler(ctx, "autoscaler", &args, opts...)
		return err
	})
}

var autoscalerArgs = compute.ClusterAutoscalerArgs{
	Name: "legops-test", Location: componenttest.Location, Version: "1.35", ClusterName: pulumi.String("legops-test"),
}

func TestClusterAutoscaler(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:ClusterAutoscaler", "autoscaler", autoscaler(autoscalerArgs))
	componenttest.RunsIn(t, r, "kube-system", "cluster-autoscaler", "autoscaler")
	deployment := r.One(t, "kubernetes:apps/v1:Deployment", "autoscaler-deployment")
	assert.Equal(t, []string{"legops:components:ClusterAutoscaler"}, r.Ancestors(deployment))
	componenttest.Expect(t, deployment, map[string]any{
		"metadata.name": "cluster-autoscaler", "spec.replicas": 1.0,
		"spec.selector": map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": "cluster-autoscaler"}},
		"spec.template.metadata.labels": map[string]any{
			"app.kubernetes.io/name": "cluster-autoscaler", "app.kubernetes.io/component": "autoscaler",
			"app.kubernetes.io/part-of": "legops", "app.kubernetes.io/managed-by": "pulumi",
		},
		"spec.template.spec": map[string]any{
			"serviceAccountName": "cluster-autoscaler", "automountServiceAccountToken": true,
			"priorityClassName": "system-cluster-critical",
			"securityContext": map[string]any{
				"runAsNonRoot": true, "runAsUser": 65534.0, "fsGroup": 65534.0, "seccompProfile": map[string]any{"type": "RuntimeDefault"},
			},
			"containers": []any{map[string]any{
				"name": "cluster-autoscaler", "image": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0",
				"command": []any{
					"/cluster-autoscaler", "--cloud-provider=aws", "--namespace=kube-system",
					"--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/legops-test",
					"--balance-similar-node-groups=true", "--expander=least-waste", "--skip-nodes-with-local-storage=false",
					"--skip-nodes-with-system-pods=false", "--v=4",
				},
				"env":           []any{map[string]any{"name": "AWS_REGION", "value": "eu-west-1"}},
				"ports":         []any{map[string]any{"name": "http", "containerPort": 8085.0, "protocol": "TCP"}},
				"livenessProbe": map[string]any{"httpGet": map[string]any{"path": "/health-check", "port": "http"}},
				"resources": map[string]any{
					"requests": map[string]any{"cpu": "50m", "memory": "128Mi"}, "limits": map[string]any{"memory": "512Mi"},
				},
				"securityContext": map[string]any{
					"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": map[string]any{"drop": []any{"ALL"}},
				},
			}},
		},
	})

	association := r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "autoscaler-identity")
	componenttest.Expect(t, association, map[string]any{
		"clusterName": "legops-test", "namespace": "kube-system", "serviceAccount": "cluster-autoscaler", "roleArn": "arn:of:autoscaler-role",
	})
	assert.Contains(t, association.DependsOn, r.One(t, "aws:iam/rolePolicy:RolePolicy", "autoscaler-role-policy").URN)
	for _, needed := range []struct{ typ, name string }{
		{association.Type, "identity"}, {"kubernetes:core/v1:ServiceAccount", "account"},
		{componenttest.RBAC + "ClusterRoleBinding", "cluster-rights"}, {componenttest.RBAC + "RoleBinding", "rights"},
	} {
		assert.Contains(t, deployment.DependsOn, r.One(t, needed.typ, "autoscaler-"+needed.name).URN)
	}
}

func TestClusterAutoscalerFollowsKubernetes(t *testing.T) {
	args := autoscalerArgs
	args.Version = "1.34"
	componenttest.Expect(t, componenttest.Record(t, autoscaler(args)).One(t, "kubernetes:apps/v1:Deployment", "autoscaler-deployment"), map[string]any{
		"spec.template.spec.containers[0].image": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.2",
	})
}

// All that it may do on the cluster: taint nodes and ask pods to leave them. It makes and deletes nothing that runs.
func TestClusterAutoscalerRightsOnTheCluster(t *testing.T) {
	everywhere, own := componenttest.Granted(t, componenttest.Record(t, autoscaler(autoscalerArgs)), "autoscaler", "cluster-autoscaler", "kube-system")
	assert.Equal(t, []string{
		"[] [namespaces nodes persistentvolumeclaims persistentvolumes pods replicationcontrollers services]: list watch",
		"[apps] [daemonsets replicasets statefulsets]: list watch",
		"[batch] [jobs]: list watch",
		"[policy] [poddisruptionbudgets]: list watch",
		"[resource.k8s.io] [deviceclasses resourceclaims resourceslices]: list watch",
		"[storage.k8s.io] [csidrivers csinodes csistoragecapacities storageclasses volumeattachments]: list watch",
		"[] [nodes]: get update",
		"[] [pods]: get",
		"[] [pods/eviction]: create",
		"[] [events]: create patch",
	}, everywhere)
	assert.Equal(t, []string{
		"[] [configmaps]: create",
		"[] [configmaps] named [cluster-autoscaler-status]: get update delete",
		"[coordination.k8s.io] [leases]: create",
		"[coordination.k8s.io] [leases] named [cluster-autoscaler]: get update",
	}, own)
}

func TestClusterAutoscalerRights(t *testing.T) {
	r := componenttest.Record(t, autoscaler(autoscalerArgs))
	trust := componenttest.PolicyOf(t, r.One(t, "aws:iam/role:Role", "autoscaler-role"), "assumeRolePolicy").Statement[0]
	assert.Equal(t, []string{"pods.eks.amazonaws.com"}, trust.Principal.Service)
	assert.Equal(t, []string{"sts:AssumeRole", "sts:TagSession"}, trust.Action)
	assert.Equal(t, map[string][]string{
		"aws:RequestTag/eks-cluster-name":           {"legops-test"},
		"aws:RequestTag/kubernetes-namespace":       {"kube-system"},
		"aws:RequestTag/kubernetes-service-account": {"cluster-autoscaler"},
	}, trust.Condition["StringEquals"])

	rights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "autoscaler-role-policy"), "policy")
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
	componenttest.Refuses(t, autoscaler(compute.ClusterAutoscalerArgs{}), "Name is missing", `Version "" must be one of [1.34 1.35]`, "ClusterName is missing", "Cluster is missing", "Location.Account")
}
