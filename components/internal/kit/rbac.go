package kit

import (
	"reflect"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Roles of Kubernetes and their bindings, with the fields in use, for the reason that kubernetes_bindings.go gives.

// The API groups that more than one file names: of roles and bindings; of pods, Services, nodes and the like; of the Leases by
// which one of several leads.
const (
	rbacGroup  = "rbac.authorization.k8s.io"
	CoreGroup  = ""
	LeaseGroup = "coordination.k8s.io"
)

// The kinds of roles: of one namespace, and of the whole cluster.
const (
	KindRole        = "Role"
	kindClusterRole = "ClusterRole"
)

// RbacRoleArgs are the arguments of kubernetes:rbac.authorization.k8s.io/v1:Role and ClusterRole.
type RbacRoleArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	Rules      []RbacRule
}

type rbacRole struct {
	APIVersion string            `pulumi:"apiVersion"`
	Kind       string            `pulumi:"kind"`
	Metadata   metav1.ObjectMeta `pulumi:"metadata"`
	Rules      []RbacRule        `pulumi:"rules"`
}

// RbacRule allows verbs on resources of an API group; on the named ones only if there are names.
type RbacRule struct {
	APIGroups     []string `pulumi:"apiGroups"`
	Resources     []string `pulumi:"resources"`
	ResourceNames []string `pulumi:"resourceNames"`
	Verbs         []string `pulumi:"verbs"`
}

// ElementType is part of pulumi.Input.
func (RbacRoleArgs) ElementType() reflect.Type {
	return reflect.TypeFor[rbacRole]()
}

// NewRbacRole creates a role of the kind, in its namespace if it has one.
func NewRbacRole(ctx *pulumi.Context, name, kind string, args *RbacRoleArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	args.APIVersion, args.Kind = rbacGroup+"/v1", pulumi.String(kind)
	role := &pulumi.CustomResourceState{}
	return role, ctx.RegisterResource("kubernetes:"+rbacGroup+"/v1:"+kind, name, args, role, opts...)
}

// RbacBindingArgs are the arguments of kubernetes:rbac.authorization.k8s.io/v1:RoleBinding and ClusterRoleBinding.
type RbacBindingArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	RoleRef    rbacRoleRef
	Subjects   []RbacSubject
}

type rbacBinding struct {
	APIVersion string            `pulumi:"apiVersion"`
	Kind       string            `pulumi:"kind"`
	Metadata   metav1.ObjectMeta `pulumi:"metadata"`
	RoleRef    rbacRoleRef       `pulumi:"roleRef"`
	Subjects   []RbacSubject     `pulumi:"subjects"`
}

// rbacRoleRef is the role that is given.
type rbacRoleRef struct {
	APIGroup string `pulumi:"apiGroup"`
	Kind     string `pulumi:"kind"`
	Name     string `pulumi:"name"`
}

// RbacSubject is who gets it. What a kind of subject has not is not sent.
type RbacSubject struct {
	APIGroup  *string `pulumi:"apiGroup"`
	Kind      string  `pulumi:"kind"`
	Name      string  `pulumi:"name"`
	Namespace *string `pulumi:"namespace"`
}

// GroupSubject is everybody in a group.
func GroupSubject(name string) RbacSubject {
	return RbacSubject{APIGroup: new(rbacGroup), Kind: "Group", Name: name}
}

// accountSubject are the pods of a service account.
func accountSubject(name, namespace string) RbacSubject {
	return RbacSubject{Kind: "ServiceAccount", Name: name, Namespace: &namespace}
}

// ElementType is part of pulumi.Input.
func (RbacBindingArgs) ElementType() reflect.Type {
	return reflect.TypeFor[rbacBinding]()
}

// NewRbacBinding gives a role of the kind to its subjects, in the namespace of the binding if it has one.
func NewRbacBinding(ctx *pulumi.Context, name, kind, role string, args *RbacBindingArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	args.APIVersion, args.Kind = rbacGroup+"/v1", pulumi.String(kind+"Binding")
	args.RoleRef = rbacRoleRef{APIGroup: rbacGroup, Kind: kind, Name: role}
	binding := &pulumi.CustomResourceState{}
	return binding, ctx.RegisterResource("kubernetes:"+rbacGroup+"/v1:"+kind+"Binding", name, args, binding, opts...)
}
