package kit

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
)

// The shape that IAM reads. A struct, not a map, keeps the order of a policy people are used to.
type (
	policyDocument struct {
		Version   string
		Statement []policyStatement
	}
	policyStatement struct {
		Sid       string `json:",omitempty"`
		Effect    string
		Principal any `json:",omitempty"` // of type policyPrincipal, or "*"
		Action    []string
		Resource  []string              `json:",omitempty"`
		Condition components.Conditions `json:",omitempty"`
	}
	policyPrincipal struct {
		AWS     []string `json:",omitempty"`
		Service []string `json:",omitempty"`
	}
)

// Policy is the JSON of the statements. It is known in a preview as soon as every resource in it is.
func Policy(statements ...components.Statement) pulumi.StringOutput {
	names := pulumi.StringArray{}
	for _, s := range statements {
		names = append(append(names, s.Principals...), s.Resources...)
	}
	return names.ToStringArrayOutput().ApplyT(func(resolved []string) (string, error) {
		next := func(n int) (taken []string) {
			taken, resolved = resolved[:n], resolved[n:]
			return taken
		}
		document := policyDocument{Version: "2012-10-17"}
		for _, s := range statements {
			statement := policyStatement{Sid: s.Sid, Effect: "Allow", Action: s.Actions, Condition: s.Conditions}
			if s.Deny {
				statement.Effect = "Deny"
			}
			if principals := next(len(s.Principals)); len(s.Services)+len(principals) > 0 {
				statement.Principal = policyPrincipal{AWS: principals, Service: s.Services}
			} else if s.Anybody {
				statement.Principal = "*"
			}
			statement.Resource = next(len(s.Resources))
			document.Statement = append(document.Statement, statement)
		}
		text, err := json.Marshal(document)
		return string(text), err
	}).(pulumi.StringOutput)
}

// Trust lets an AWS service take a role.
func Trust(service string, conditions components.Conditions) components.Statement {
	return components.Statement{Services: []string{service}, Actions: []string{"sts:AssumeRole"}, Conditions: conditions}
}

// OverTLSOnly refuses every call to the resources, by anybody, that is not encrypted on its way.
func OverTLSOnly(action string, resources pulumi.StringArray) components.Statement {
	return components.Statement{
		Sid: "OverTLSOnly", Deny: true,
		Principals: ARNs("*"), Actions: []string{action}, Resources: resources,
		Conditions: components.Conditions{"Bool": {"aws:SecureTransport": {"false"}}},
	}
}

// ARNs are plain ARNs as the resources, or the principals, of a statement.
func ARNs(plain ...string) pulumi.StringArray { return pulumi.ToStringArray(plain) }

// RoleArgs describes an IAM role.
type RoleArgs struct {
	Name        string                 // physical name: fixed, so that who may pass the role can be limited by name
	Description string                 // what the role is for
	Trust       components.Statement   // who may take it
	AlsoTrust   []components.Statement // who else may
	Managed     []string               // managed policies, such as service-role/AmazonEBSCSIDriverPolicy
	Statements  []components.Statement // what it may do beyond the managed policies
}

// Role is an IAM role and the resources that give it its rights: whatever needs the rights must depend on Grants.
type Role struct {
	*iam.Role
	Grants []pulumi.Resource
}

// NewRole creates a role with its rights. Its children are named after the role: name, name-<policy>.
func NewRole(ctx *pulumi.Context, name string, location components.Location, args RoleArgs, opts ...pulumi.ResourceOption) (*Role, error) {
	created, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:             pulumi.String(args.Name),
		Description:      pulumi.String(args.Description),
		AssumeRolePolicy: Policy(append([]components.Statement{args.Trust}, args.AlsoTrust...)...),
	}, opts...)
	if err != nil {
		return nil, err
	}
	r := &Role{Role: created}
	for _, managed := range args.Managed {
		attachment, err := iam.NewRolePolicyAttachment(ctx, name+"-"+LastSegment(managed), &iam.RolePolicyAttachmentArgs{
			Role:      created.Name,
			PolicyArn: pulumi.String(location.ManagedPolicy(managed)),
		}, opts...)
		if err != nil {
			return nil, err
		}
		r.Grants = append(r.Grants, attachment)
	}
	if len(args.Statements) > 0 {
		inline, err := iam.NewRolePolicy(ctx, name+"-policy", &iam.RolePolicyArgs{
			// Put twice, it is there once; under a random name, an answer that is lost leaves a second one that nobody knows of (decision 0008).
			Name:   pulumi.String(name + "-policy"),
			Role:   created.Name,
			Policy: Policy(args.Statements...),
		}, opts...)
		if err != nil {
			return nil, err
		}
		r.Grants = append(r.Grants, inline)
	}
	return r, nil
}

// Granted is the ARN of the role, known only once the role has its rights.
func (r *Role) Granted() pulumi.StringOutput {
	waits := []any{r.Arn}
	for _, grant := range r.Grants {
		waits = append(waits, grant.URN())
	}
	return pulumi.All(waits...).ApplyT(func(resolved []any) string { return resolved[0].(string) }).(pulumi.StringOutput)
}

// CheckRoleName notes a name that IAM does not take: 64 characters are its limit.
func CheckRoleName(p *Problems, role string) {
	p.Require(len(role) <= 64, "role %s is %d characters long, must be 64 at most", role, len(role))
}

// UseKey are the actions of whoever encrypts and decrypts with a key.
var UseKey = []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}

// Objects are all objects of buckets, by the ARNs of these.
func Objects(buckets ...string) (all []string) {
	for _, arn := range buckets {
		all = append(all, arn+"/*")
	}
	return all
}

// Through limits the use of a key to a service of a region.
func Through(l components.Location, service string) components.Conditions {
	return components.Conditions{"StringEquals": {"kms:ViaService": {fmt.Sprintf("%s.%s.amazonaws.com", service, l.Region)}}}
}

// ThroughS3 limits a key to use by S3 for some buckets. S3 passes KMS the ARN of the bucket if it has a bucket key, and that of the
// object if not.
func ThroughS3(l components.Location, buckets ...string) components.Conditions {
	var contexts []string
	for _, arn := range buckets {
		contexts = append(contexts, arn, arn+"/*")
	}
	conditions := Through(l, "s3")
	conditions["StringLike"] = map[string][]string{"kms:EncryptionContext:aws:s3:arn": contexts}
	return conditions
}

// FromAlarms is what CloudWatch acts for: the alarms of the account and region.
func FromAlarms(l components.Location) components.Conditions {
	return components.Conditions{
		"StringEquals": {"aws:SourceAccount": {l.Account}},
		"ArnLike":      {"aws:SourceArn": {l.ARN("cloudwatch", "alarm:*")}},
	}
}
