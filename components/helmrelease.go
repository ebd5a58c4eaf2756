package components

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// HelmRelease is the Pulumi resource kubernetes:helm.sh/v3:Release, bound here with the fields in use. The binding
// in the Kubernetes SDK costs as much to compile as all the rest of this program together, because it brings
// in every Kubernetes API group.
type HelmRelease struct {
	pulumi.CustomResourceState

	// Name is the name of the release.
	Name pulumi.StringOutput `pulumi:"name"`
}

// HelmReleaseArgs are the arguments of HelmRelease; each means what it means to helm install.
type HelmReleaseArgs struct {
	// Name is the name of the release.
	Name pulumi.StringInput
	// Namespace is where it is installed.
	Namespace pulumi.StringInput
	// Chart is the name of the chart in the repository, or a whole oci:// address.
	Chart pulumi.StringInput
	// Version is the version of the chart.
	Version pulumi.StringInput
	// Repository is where the chart is. Optional with an oci:// chart.
	Repository HelmRepositoryArgs
	// Values are the chart's values.
	Values pulumi.MapInput
	// Atomic undoes an upgrade that does not become healthy.
	Atomic pulumi.BoolInput
	// TimeoutSeconds is how long to wait for it to become healthy.
	TimeoutSeconds pulumi.IntInput
}

// HelmRepositoryArgs is a repository of charts.
type HelmRepositoryArgs struct {
	// Repo is its address.
	Repo pulumi.StringInput
}

type helmRelease struct {
	Name           string         `pulumi:"name"`
	Namespace      string         `pulumi:"namespace"`
	Chart          string         `pulumi:"chart"`
	Version        string         `pulumi:"version"`
	Repository     helmRepository `pulumi:"repositoryOpts"`
	Values         map[string]any `pulumi:"values"`
	Atomic         bool           `pulumi:"atomic"`
	TimeoutSeconds int            `pulumi:"timeout"`
}

type helmRepository struct {
	Repo string `pulumi:"repo"`
}

// ElementType is part of pulumi.Input.
func (HelmReleaseArgs) ElementType() reflect.Type { return reflect.TypeFor[helmRelease]() }

// ElementType is part of pulumi.Input.
func (HelmRepositoryArgs) ElementType() reflect.Type { return reflect.TypeFor[helmRepository]() }

// NewHelmRelease installs a chart. It takes a Kubernetes provider from its options.
func NewHelmRelease(ctx *pulumi.Context, name string, args *HelmReleaseArgs, opts ...pulumi.ResourceOption) (*HelmRelease, error) {
	r := &HelmRelease{}
	return r, ctx.RegisterResource("kubernetes:helm.sh/v3:Release", name, args, r, opts...)
}
