package kit

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Roles of Kubernetes and their bindings.

// The API groups that more than one file names: of roles and bindings; of pods, Services, nodes and the like; of the Leases by
// which one of several leads.
const (
	RbacGroup  = "rbac.authorization.k8s.io"
	CoreGroup  = ""
	LeaseGroup = "coordination.k8s.io"
)

// The kinds of roles: of one namespace, and of the whole cluster.
const (
	KindRole        = "Role"
	kindClusterRole = "ClusterRole"
)

// RbacRule allows verbs on resources of an API group; on the named ones only if there are names.
type RbacRule struct {
	APIGroups     []string `pulumi:"apiGroups"`
	Resources     []string `pulumi:"resources"`
	ResourceNames []string `pulumi:"resourceNames"`
	Verbs         []string `pulumi:"verbs"`
}

// NewRbacRole creates a role of the kind, in its namespace if it has one.
func NewRbacRole(
	ctx *pulumi.Context, name, kind string, metadata metav1.ObjectMetaArgs, rules []RbacRule, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	return NewObject(ctx, RbacGroup+"/v1", kind, name, Inputs{"metadata": metadata, "rules": rules}, opts...)
}

// RbacSubject is who gets it. Fields that are nil are not sent.
type RbacSubject struct {
	APIGroup  *string `pulumi:"apiGroup"`
	Kind      string  `pulumi:"kind"`
	Name      string  `pulumi:"name"`
	Namespace *string `pulumi:"namespace"`
}

// accountSubject are the pods of a service account.
func accountSubject(name, namespace string) RbacSubject {
	return RbacSubject{Kind: "ServiceAccount", Name: name, Namespace: &namespace}
}

// NewRbacBinding gives a role of the kind to a subject, in the namespace of the binding if it has one.
func NewRbacBinding(
	ctx *pulumi.Context, name, kind, role string, metadata metav1.ObjectMetaArgs, subject RbacSubject, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	return NewObject(ctx, RbacGroup+"/v1", kind+"Binding", name, Inputs{
		"metadata": metadata, "subjects": []RbacSubject{subject},
		"roleRef": Inputs{"apiGroup": RbacGroup, "kind": kind, "name": role},
	}, opts...)
}
