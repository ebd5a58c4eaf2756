package apps

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

const (
	// releasePolicyName is the name of the policy of releases and of its binding, migrationPolicyName that of migrations.
	releasePolicyName   = "legops-release"
	migrationPolicyName = "legops-migration"
	admissionVersion    = "admissionregistration.k8s.io/v1"
)

var repositoriesPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// DeliveryGroup is the Kubernetes group of the deployer. Each application lets it roll out that application, and nothing
// else lets it do anything.
const DeliveryGroup = "legops:delivery"

// ReleasePolicyArgs are the arguments of ReleasePolicy.
type ReleasePolicyArgs struct {
	// Repositories is the prefix of the repositories of images, the Name of Registry: <Repositories>/<application>.
	Repositories string
	// Location is the region and account of the repositories.
	Location components.Location
	// Schedules are the names of the schedules, by application. Optional.
	Schedules map[string][]string `kit:"optional"`
	// Workers are the names of the workers, by application. Optional.
	Workers map[string][]string `kit:"optional"`
	// Migrations are the applications that have one. Optional.
	Migrations []string `kit:"optional"`
	// Cluster is the cluster: when it goes, what is made on it goes with it and is not deleted piece by piece.
	Cluster pulumi.Resource
}

// ReleasePolicy lets DeliveryGroup do nothing on the cluster but release, whatever roles it has: set the image of an
// application to one of its own by digest or to one that served before, and write down which; and run its migration with such an image of
// its own. A role alone cannot say so: who may patch a Deployment or create a Job may mount a Secret, change the command and run as the
// application.
//
// The API server holds it to every request but those that only read, which are a matter of roles alone, as are policies such
// as this one and reviews of rights (Kubernetes v1.35.4, pkg/kubeapiserver/admission/exclusion/resources.go).
type ReleasePolicy struct {
	pulumi.ResourceState

	// InForce are the policies and their bindings. Who depends on it depends on these: a dependency on the component means the children
	// whose registration has begun, and would miss one that is about to.
	InForce []pulumi.Resource
}

// NewReleasePolicy creates the policies and puts them in force.
func NewReleasePolicy(ctx *pulumi.Context, name string, args *ReleasePolicyArgs, opts ...pulumi.ResourceOption) (*ReleasePolicy, error) {
	c, s := &ReleasePolicy{}, kit.NewSpace(ctx, name)
	return c, s.Create(c, args, args.check, opts, func() error {
		s.Share("", releasePolicyName, componentDelivery, args.Cluster)
		policies := []admissionPolicy{args.releases()}
		if len(args.Migrations) > 0 {
			policies = append(policies, args.migrations())
		}
		for _, p := range policies {
			inForce, err := p.create(&s)
			if err != nil {
				return err
			}
			c.InForce = append(c.InForce, inForce...)
		}
		return nil
	})
}

// admissionPolicy is a policy for DeliveryGroup, and its binding.
type admissionPolicy struct {
	name        string // of both, on the cluster
	child       string // of both, after the name of the component
	matches     kit.Inputs
	expressions []admissionExpression
	validation  kit.Inputs
	// paramKind and param are kind and name of the object in the namespace of the request that it compares with, in these namespaces. Optional.
	paramKind  kit.Inputs
	param      string
	namespaces []string
}

// releases holds the group to releases.
func (a *ReleasePolicyArgs) releases() admissionPolicy {
	return admissionPolicy{
		name: releasePolicyName, expressions: releaseExpressions(a.registry(), updates(a.Schedules, "cronjobs"), updates(a.Workers, "deployments"), a.Migrations), validation: releaseValidation(),
		// Everything that changes anything: what a release needs not is refused by the rule requests.
		matches: kit.Inputs{"apiGroups": []string{"*"}, "apiVersions": []string{"*"}, "operations": []string{"*"}, "resources": []string{"*/*"}},
	}
}

// create creates the policy, and then the binding, without which it refuses nothing.
func (p admissionPolicy) create(s *kit.Space) ([]pulumi.Resource, error) {
	spec := kit.Inputs{
		"failurePolicy":    "Fail",
		"matchConstraints": kit.Inputs{"resourceRules": []kit.Inputs{p.matches}},
		// Nothing else is evaluated for anybody else.
		"matchConditions": []admissionExpression{{
			Name: "delivery", Expression: fmt.Sprintf("'%s' in request.userInfo.?groups.orValue([])", DeliveryGroup),
		}},
		"variables":   p.expressions,
		"validations": []kit.Inputs{p.validation},
	}
	binds := kit.Inputs{"policyName": p.name, "validationActions": []string{"Deny"}}
	if p.paramKind != nil {
		spec["paramKind"] = p.paramKind
		binds["paramRef"] = kit.Inputs{"name": p.param, "parameterNotFoundAction": "Deny"}
		// Where the object is missing, the API server denies before it asks whom the policy is about: everybody's Jobs, those of
		// schedules among them (k8s.io/apiserver v0.35.4, pkg/admission/plugin/policy/generic/policy_dispatcher.go).
		binds["matchResources"] = kit.Inputs{"namespaceSelector": kit.Inputs{"matchExpressions": []kit.Inputs{{
			"key": labelNamespace, "operator": "In", "values": p.namespaces,
		}}}}
	}
	policy, err := kit.NewObject(s.Ctx, admissionVersion, "ValidatingAdmissionPolicy", s.Name+p.child+"-policy", kit.Inputs{
		"metadata": s.ClusterWide(p.name, nil), "spec": spec,
	}, s.WithCluster()...)
	if err != nil {
		return nil, err
	}
	binding, err := kit.NewObject(s.Ctx, admissionVersion, "ValidatingAdmissionPolicyBinding", s.Name+p.child+"-binding", kit.Inputs{
		"metadata": s.ClusterWide(p.name, nil), "spec": binds,
	}, s.WithCluster(pulumi.DependsOn([]pulumi.Resource{policy}))...)
	return []pulumi.Resource{policy, binding}, err
}

func (a *ReleasePolicyArgs) check(p *kit.Problems) {
	p.Require(repositoriesPattern.MatchString(a.Repositories), "Repositories %q must be a prefix such as legops-prod", a.Repositories)
}

// registry is where the repositories are: what ECR calls an image of an application begins with it.
func (a *ReleasePolicyArgs) registry() string {
	return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", a.Location.Account, a.Location.Region, a.Repositories)
}

// updates are the requests by which a release sets objects of a kind, each with its application.
func updates(names map[string][]string, resource string) []string {
	var all []string
	for _, application := range kit.SortedKeys(names) {
		for _, name := range names[application] {
			all = append(all, fmt.Sprintf("%s: UPDATE of %s %s", application, resource, name))
		}
	}
	return all
}
