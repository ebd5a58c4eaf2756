package kit

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// AccountArgs describe the service account of pods, and its rights.
type AccountArgs struct {
	Name      string     // of the account, its roles and their bindings
	Namespace string     // of the account, plain
	Cluster   []RbacRule // rights in every namespace, and on what is in none
	Own       []RbacRule // rights in the account's own namespace
}

// Account creates a service account with its rights, and gives back what its pods wait for: without them they end at once.
// A pod gets a token only if it asks for one.
func (s *Space) Account(args AccountArgs) ([]pulumi.Resource, error) {
	account, err := corev1.NewServiceAccount(s.Ctx, s.Name+"-account", &corev1.ServiceAccountArgs{
		Metadata:                     s.Object(args.Name, nil),
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, s.With()...)
	if err != nil {
		return nil, err
	}
	made := []pulumi.Resource{account}
	for _, grant := range []struct {
		name, kind string
		rules      []RbacRule
		meta       objectMeta
		with       func(...pulumi.ResourceOption) []pulumi.ResourceOption
	}{
		{s.Name + "-cluster-rights", kindClusterRole, args.Cluster, s.ClusterWide, s.WithCluster},
		{s.Name + "-rights", KindRole, args.Own, s.Object, s.With},
	} {
		role, err := NewRbacRole(s.Ctx, grant.name, grant.kind, grant.meta(args.Name, nil), grant.rules, grant.with()...)
		if err != nil {
			return nil, err
		}
		binding, err := NewRbacBinding(s.Ctx, grant.name, grant.kind, args.Name, grant.meta(args.Name, nil),
			accountSubject(args.Name, args.Namespace), grant.with()...)
		if err != nil {
			return nil, err
		}
		made = append(made, role, binding)
	}
	return made, nil
}
