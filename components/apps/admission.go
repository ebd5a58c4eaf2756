package apps

import (
	"reflect"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Policies by which the API server itself refuses requests, with the fields in use, for the reason that
// kubernetes_bindings.go gives.

const admissionGroup = "admissionregistration.k8s.io"

// admissionPolicyArgs are the arguments of kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy.
type admissionPolicyArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	Spec       admissionPolicySpec
}

type admissionPolicy struct {
	APIVersion string              `pulumi:"apiVersion"`
	Kind       string              `pulumi:"kind"`
	Metadata   metav1.ObjectMeta   `pulumi:"metadata"`
	Spec       admissionPolicySpec `pulumi:"spec"`
}

// admissionPolicySpec says which requests are looked at, and what has to be true of them. Expressions are of CEL.
type admissionPolicySpec struct {
	FailurePolicy    string                `pulumi:"failurePolicy"`
	MatchConstraints admissionMatch        `pulumi:"matchConstraints"`
	MatchConditions  []admissionExpression `pulumi:"matchConditions"`
	Variables        []admissionExpression `pulumi:"variables"`
	Validations      []admissionValidation `pulumi:"validations"`
}

type admissionMatch struct {
	ResourceRules []admissionRule `pulumi:"resourceRules"`
}

type admissionRule struct {
	APIGroups   []string `pulumi:"apiGroups"`
	APIVersions []string `pulumi:"apiVersions"`
	Operations  []string `pulumi:"operations"`
	Resources   []string `pulumi:"resources"`
}

// admissionExpression is a condition, or a variable that later expressions name variables.<Name>.
type admissionExpression struct {
	Name       string `pulumi:"name"`
	Expression string `pulumi:"expression"`
}

// admissionValidation refuses a request of which its expression is false. Message stands in for a MessageExpression that
// fails or gives more than 5 KiB.
type admissionValidation struct {
	Expression        string `pulumi:"expression"`
	Message           string `pulumi:"message"`
	MessageExpression string `pulumi:"messageExpression"`
	Reason            string `pulumi:"reason"`
}

// ElementType is part of pulumi.Input.
func (admissionPolicyArgs) ElementType() reflect.Type { return reflect.TypeFor[admissionPolicy]() }

// newAdmissionPolicy creates a policy. Without a binding it refuses nothing.
func newAdmissionPolicy(ctx *pulumi.Context, name string, args *admissionPolicyArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	args.APIVersion, args.Kind = admissionGroup+"/v1", "ValidatingAdmissionPolicy"
	policy := &pulumi.CustomResourceState{}
	return policy, ctx.RegisterResource("kubernetes:"+admissionGroup+"/v1:ValidatingAdmissionPolicy", name, args, policy, opts...)
}

// admissionBindingArgs are the arguments of kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding.
type admissionBindingArgs struct {
	APIVersion pulumi.String
	Kind       pulumi.String
	Metadata   metav1.ObjectMetaArgs
	Spec       admissionBindingSpec
}

type admissionBinding struct {
	APIVersion string               `pulumi:"apiVersion"`
	Kind       string               `pulumi:"kind"`
	Metadata   metav1.ObjectMeta    `pulumi:"metadata"`
	Spec       admissionBindingSpec `pulumi:"spec"`
}

type admissionBindingSpec struct {
	PolicyName        string   `pulumi:"policyName"`
	ValidationActions []string `pulumi:"validationActions"`
}

// ElementType is part of pulumi.Input.
func (admissionBindingArgs) ElementType() reflect.Type { return reflect.TypeFor[admissionBinding]() }

// newAdmissionBinding puts a policy in force, everywhere on the cluster.
func newAdmissionBinding(ctx *pulumi.Context, name string, args *admissionBindingArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	args.APIVersion, args.Kind = admissionGroup+"/v1", "ValidatingAdmissionPolicyBinding"
	binding := &pulumi.CustomResourceState{}
	return binding, ctx.RegisterResource("kubernetes:"+admissionGroup+"/v1:ValidatingAdmissionPolicyBinding", name, args, binding, opts...)
}
