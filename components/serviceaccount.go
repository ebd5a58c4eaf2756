package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// accountArgs are who pods are to the Kubernetes API, and what they may do there.
type accountArgs struct {
	name      string     // of the account, its roles and their bindings
	namespace string     // of the account, plain
	cluster   []rbacRule // rights in every namespace, and on what is in none
	own       []rbacRule // rights in the account's own namespace
}

// account creates a service account with its rights, and gives back what its pods wait for: without them they end at once.
// A pod gets a token only if it asks for one.
func (s *space) account(args accountArgs) ([]pulumi.Resource, error) {
	account, err := corev1.NewServiceAccount(s.ctx, s.name+"-account", &corev1.ServiceAccountArgs{
		Metadata:                     s.object(args.name, nil),
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, s.with()...)
	if err != nil {
		return nil, err
	}
	made := []pulumi.Resource{account}
	for _, grant := range []struct {
		name, kind string
		rules      []rbacRule
		meta       objectMeta
	}{
		{s.name + "-cluster-rights", kindClusterRole, args.cluster, s.clusterWide},
		{s.name + "-rights", kindRole, args.own, s.object},
	} {
		role, err := newRbacRole(s.ctx, grant.name, grant.kind, &rbacRoleArgs{Metadata: grant.meta(args.name, nil), Rules: grant.rules}, s.with()...)
		if err != nil {
			return nil, err
		}
		binding, err := newRbacBinding(s.ctx, grant.name, grant.kind, args.name, &rbacBindingArgs{
			Metadata: grant.meta(args.name, nil),
			Subjects: []rbacSubject{accountSubject(args.name, args.namespace)},
		}, s.with()...)
		if err != nil {
			return nil, err
		}
		made = append(made, role, binding)
	}
	return made, nil
}
