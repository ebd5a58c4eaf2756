package apps

import (
	"reflect"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Kinds of Kubernetes objects that are bound here with the fields in use. The packages of the SDK that bind the first two
// take 20 seconds of processor time to compile, for two objects (decision 0009).

// horizontalPodAutoscalerArgs are the arguments of kubernetes:autoscaling/v2:HorizontalPodAutoscaler.
type horizontalPodAutoscalerArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	Spec       horizontalPodAutoscalerSpec
}

type horizontalPodAutoscaler struct {
	APIVersion string                      `pulumi:"apiVersion"`
	Kind       string                      `pulumi:"kind"`
	Metadata   metav1.ObjectMeta           `pulumi:"metadata"`
	Spec       horizontalPodAutoscalerSpec `pulumi:"spec"`
}

type horizontalPodAutoscalerSpec struct {
	MinReplicas    int             `pulumi:"minReplicas"`
	MaxReplicas    int             `pulumi:"maxReplicas"`
	ScaleTargetRef scaleTarget     `pulumi:"scaleTargetRef"`
	Metrics        []scaleMetric   `pulumi:"metrics"`
	Behavior       scalingBehavior `pulumi:"behavior"`
}

type scaleTarget struct {
	APIVersion string `pulumi:"apiVersion"`
	Kind       string `pulumi:"kind"`
	Name       string `pulumi:"name"`
}

type scaleMetric struct {
	Type     string         `pulumi:"type"`
	Resource resourceMetric `pulumi:"resource"`
}

type resourceMetric struct {
	Name   string       `pulumi:"name"`
	Target metricTarget `pulumi:"target"`
}

type metricTarget struct {
	Type               string `pulumi:"type"`
	AverageUtilization int    `pulumi:"averageUtilization"`
}

type scalingBehavior struct {
	ScaleUp   scalingRules `pulumi:"scaleUp"`
	ScaleDown scalingRules `pulumi:"scaleDown"`
}

type scalingRules struct {
	StabilizationWindowSeconds int             `pulumi:"stabilizationWindowSeconds"`
	Policies                   []scalingPolicy `pulumi:"policies"`
}

type scalingPolicy struct {
	Type          string `pulumi:"type"`
	Value         int    `pulumi:"value"`
	PeriodSeconds int    `pulumi:"periodSeconds"`
}

// ElementType is part of pulumi.Input.
func (horizontalPodAutoscalerArgs) ElementType() reflect.Type {
	return reflect.TypeFor[horizontalPodAutoscaler]()
}

// newHorizontalPodAutoscaler creates an autoscaler of pods.
func newHorizontalPodAutoscaler(ctx *pulumi.Context, name string, args *horizontalPodAutoscalerArgs, opts ...pulumi.ResourceOption) error {
	args.APIVersion, args.Kind = "autoscaling/v2", "HorizontalPodAutoscaler"
	return ctx.RegisterResource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", name, args, &pulumi.CustomResourceState{}, opts...)
}

// podDisruptionBudgetArgs are the arguments of kubernetes:policy/v1:PodDisruptionBudget.
type podDisruptionBudgetArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	Spec       podDisruptionBudgetSpec
}

type podDisruptionBudget struct {
	APIVersion string                  `pulumi:"apiVersion"`
	Kind       string                  `pulumi:"kind"`
	Metadata   metav1.ObjectMeta       `pulumi:"metadata"`
	Spec       podDisruptionBudgetSpec `pulumi:"spec"`
}

type podDisruptionBudgetSpec struct {
	MaxUnavailable             int         `pulumi:"maxUnavailable"`
	Selector                   podSelector `pulumi:"selector"`
	UnhealthyPodEvictionPolicy string      `pulumi:"unhealthyPodEvictionPolicy"`
}

type podSelector struct {
	MatchLabels map[string]string `pulumi:"matchLabels"`
}

// ElementType is part of pulumi.Input.
func (podDisruptionBudgetArgs) ElementType() reflect.Type {
	return reflect.TypeFor[podDisruptionBudget]()
}

// newPodDisruptionBudget creates a bound on how many pods may be missing.
func newPodDisruptionBudget(ctx *pulumi.Context, name string, args *podDisruptionBudgetArgs, opts ...pulumi.ResourceOption) error {
	args.APIVersion, args.Kind = "policy/v1", "PodDisruptionBudget"
	return ctx.RegisterResource("kubernetes:policy/v1:PodDisruptionBudget", name, args, &pulumi.CustomResourceState{}, opts...)
}

// deploymentPatchArgs are the arguments of kubernetes:apps/v1:DeploymentPatch. The binding in the SDK has types of its own
// for everything below spec.
type deploymentPatchArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	// Spec leaves out what the patch does not set.
	Spec appsv1.DeploymentSpecArgs
}

type deploymentPatch struct {
	APIVersion string                `pulumi:"apiVersion"`
	Kind       string                `pulumi:"kind"`
	Metadata   metav1.ObjectMeta     `pulumi:"metadata"`
	Spec       appsv1.DeploymentSpec `pulumi:"spec"`
}

// ElementType is part of pulumi.Input.
func (deploymentPatchArgs) ElementType() reflect.Type { return reflect.TypeFor[deploymentPatch]() }

// newDeploymentPatch sets fields of a Deployment that is there.
func newDeploymentPatch(ctx *pulumi.Context, name string, args *deploymentPatchArgs, opts ...pulumi.ResourceOption) error {
	args.APIVersion, args.Kind = "apps/v1", "Deployment"
	return ctx.RegisterResource("kubernetes:apps/v1:DeploymentPatch", name, args, &pulumi.CustomResourceState{}, opts...)
}
