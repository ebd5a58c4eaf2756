package apps

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

const deliveryRole = "delivery"

// delivery lets the deployer roll the application out: set the image of its Deployment, and watch what comes of it.
// There is nothing of its configuration and its Secrets in it, and no way into a pod. A role knows no fields of an object: what
// a patch may change is a matter of ReleasePolicy, which is there before anybody has the role.
func (b *appBuild) delivery() error {
	name, metadata := b.Name+"-delivery", b.Object(deliveryRole, nil)
	if _, err := kit.NewRbacRole(b.Ctx, name, kit.KindRole, metadata, append(b.args.deliveryRules(), b.args.scheduleRules()...), b.With()...); err != nil {
		return err
	}
	_, err := kit.NewRbacBinding(b.Ctx, name, kit.KindRole, deliveryRole, metadata, groupSubject(DeliveryGroup), b.With(pulumi.DependsOn(b.args.ReleasePolicy.InForce))...)
	return err
}

// deliveryRules are looked at by Kubernetes one by one, and only add up. kubectl reads what it patches.
func (a *AppArgs) deliveryRules() []kit.RbacRule {
	look, own := []string{"get", "list", "watch"}, []string{a.Name}
	released := slices.Concat(own, a.workerNames())
	return append([]kit.RbacRule{
		{APIGroups: []string{"apps"}, Resources: []string{"deployments", "replicasets"}, Verbs: look},
		{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, ResourceNames: released, Verbs: []string{"patch"}},
		{APIGroups: []string{""}, Resources: []string{"configmaps"}, ResourceNames: []string{servingName}, Verbs: []string{"get", "patch"}},
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: look},
		{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"get", "list"}},
		{APIGroups: []string{"discovery.k8s.io"}, Resources: []string{"endpointslices"}, Verbs: []string{"get", "list"}},
		{APIGroups: []string{""}, Resources: []string{"services"}, ResourceNames: own, Verbs: []string{"get"}},
	}, a.migrationRules()...)
}

// groupSubject is everybody in a group.
func groupSubject(name string) kit.RbacSubject {
	return kit.RbacSubject{APIGroup: new(kit.RbacGroup), Kind: "Group", Name: name}
}
