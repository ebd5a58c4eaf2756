package components

import (
	"reflect"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Roles of Kubernetes and their bindings, with the fields in use, for the reason that kubernetes_bindings.go gives.

// rbacRoleArgs are the arguments of kubernetes:rbac.authorization.k8s.io/v1:Role.
type rbacRoleArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	Rules      []rbacRule
}

type rbacRole struct {
	APIVersion string            `pulumi:"apiVersion"`
	Kind       string            `pulumi:"kind"`
	Metadata   metav1.ObjectMeta `pulumi:"metadata"`
	Rules      []rbacRule        `pulumi:"rules"`
}

// rbacRule allows verbs on resources of an API group, the core group being empty; on the named ones only if there are
// names.
type rbacRule struct {
	APIGroups     []string `pulumi:"apiGroups"`
	Resources     []string `pulumi:"resources"`
	ResourceNames []string `pulumi:"resourceNames"`
	Verbs         []string `pulumi:"verbs"`
}

// ElementType is part of pulumi.Input.
func (rbacRoleArgs) ElementType() reflect.Type {
	return reflect.TypeFor[rbacRole]()
}

// newRbacRole creates a role in a namespace of Kubernetes.
func newRbacRole(ctx *pulumi.Context, name string, args *rbacRoleArgs, opts ...pulumi.ResourceOption) error {
	args.APIVersion, args.Kind = rbacGroup+"/v1", "Role"
	return ctx.RegisterResource("kubernetes:"+rbacGroup+"/v1:Role", name, args, &pulumi.CustomResourceState{}, opts...)
}

// rbacGroup is the API group of roles and their bindings.
const rbacGroup = "rbac.authorization.k8s.io"

// rbacRoleBindingArgs are the arguments of kubernetes:rbac.authorization.k8s.io/v1:RoleBinding.
type rbacRoleBindingArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	RoleRef    rbacSubject
	Subjects   []rbacSubject
}

type rbacRoleBinding struct {
	APIVersion string            `pulumi:"apiVersion"`
	Kind       string            `pulumi:"kind"`
	Metadata   metav1.ObjectMeta `pulumi:"metadata"`
	RoleRef    rbacSubject       `pulumi:"roleRef"`
	Subjects   []rbacSubject     `pulumi:"subjects"`
}

// rbacSubject is who is bound, or to which role.
type rbacSubject struct {
	APIGroup string `pulumi:"apiGroup"`
	Kind     string `pulumi:"kind"`
	Name     string `pulumi:"name"`
}

// ElementType is part of pulumi.Input.
func (rbacRoleBindingArgs) ElementType() reflect.Type {
	return reflect.TypeFor[rbacRoleBinding]()
}

// newRbacRoleBinding gives a role to its subjects.
func newRbacRoleBinding(ctx *pulumi.Context, name string, args *rbacRoleBindingArgs, opts ...pulumi.ResourceOption) error {
	args.APIVersion, args.Kind = rbacGroup+"/v1", "RoleBinding"
	return ctx.RegisterResource("kubernetes:"+rbacGroup+"/v1:RoleBinding", name, args, &pulumi.CustomResourceState{}, opts...)
}
