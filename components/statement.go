package components

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Conditions are the conditions of a statement: operator, key, accepted values.
type Conditions map[string]map[string][]string

// Statement is one statement of an IAM policy. It allows, unless it says that it denies.
type Statement struct {
	// Sid says in one word what the statement is for.
	Sid string
	// Deny forbids what is listed, whatever else allows it; in the policy of a role, what a policy of AWS would allow it.
	Deny bool
	// Services are the AWS services that may act; only in trust and resource policies.
	Services []string
	// Principals are the AWS principals that may act; only in trust and resource policies.
	Principals pulumi.StringArray
	// Anybody says that everybody may act, signed in or not; only in the policies of VPC endpoints, which cannot name principals.
	Anybody bool
	// Actions are what is allowed.
	Actions []string
	// Resources are the ARNs it is allowed on; empty only in a trust policy.
	Resources pulumi.StringArray
	// Conditions narrow the statement. Optional.
	Conditions Conditions
}
