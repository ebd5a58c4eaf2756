package standards

import (
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
	"legops/internal/offline/schema"
	"legops/internal/standards/minimum"
)

// Rules are all of them. The numbers are those of the Security Hub user guide: "Controls reference" and, for CIS, the comparison of
// versions in "CIS AWS Foundations Benchmark".
var Rules = slices.Concat(generalRules, identityRules, storageRules, dataRules, networkRules, computeRules, edgeRules, deliveryRules, purposeRules, zoneRules)

const own = "own"

var generalRules = []Rule{
	{
		ID: "TYPE-ALLOWED", What: "every resource is of a listed type; users and access keys of IAM are not among them",
		Reason: "a kind of resource that nobody thought about has no rule, and a key that lives forever leaks some day",
		Source: "IAM.2 (CIS v5.0 1.14), " + own,
		Types:  []string{"*"}, UnknownPasses: true,
		Check: func(_ *platform, r *model.Resource) []string {
			if slices.ContainsFunc(allowedTypes, func(typ string) bool { return isType(typ, r.Type) }) {
				return nil
			}
			return []string{r.Type + " is not listed: add it to internal/catalogue, with the rules it needs here"}
		},
	}, {
		ID: "TAGS", What: "whatever takes tags has Project, Environment, Owner and CostCenter",
		Reason: "what nobody owns is neither paid for, looked after nor removed", Source: own,
		Types: []string{"aws:*"}, Check: untagged,
	}, {
		ID: "PROVIDER-ACCOUNT", What: "a provider changes one account only",
		Reason: "credentials of another account would make the stack there", Source: own,
		Settings: []Setting{{provider, "allowedAccountIds[*]", fixed(), nil}},
	}, {
		ID: "PROTECTED", What: "what holds data is protected against deletion by Pulumi",
		Reason: "a rename in the program would replace it, and what was in it is gone", Source: own,
		In: []string{production}, UnknownPasses: true,
		Types: append(holdingData(), catalogue.BackupVaultLock, catalogue.BackupVaultPolicy),
		Check: func(_ *platform, r *model.Resource) []string {
			if r.Protect {
				return nil
			}
			return []string{"it is not protected: set protect on it"}
		},
	}, {
		ID: "LOG-RETENTION", What: "logs are kept for " + minimum.LogDays.Days(),
		Reason:   "a break-in is found months later, and there is nothing left to see it by",
		Source:   "CloudWatch.16; " + own + " outside production",
		Settings: leastBy(catalogue.LogGroup, "retentionInDays", minimum.LogDays),
	}, {
		ID: "LOG-KEY", What: "log groups are under a key of this project",
		Reason: "whoever reads all logs of the account would read those of clients", Source: own,
		Settings: []Setting{{catalogue.LogGroup, "kmsKeyId", ownKey(), nil}},
	}, {
		ID: "KMS-ROTATION", What: "keys are rotated", Reason: "one key that leaks opens all that was ever written",
		Source:   "KMS.4 (CIS v5.0 3.6)",
		Settings: []Setting{{catalogue.Key, "enableKeyRotation", is(true), nil}},
	}, {
		ID: "KMS-WINDOW", What: "a deleted key waits for 30 days, the longest that KMS offers",
		Reason: "a key deleted by mistake takes all data under it along", Source: own,
		Settings: []Setting{{catalogue.Key, "deletionWindowInDays", atLeast(30), nil}},
	}, {
		ID: "SECRET-KEY", What: "secrets are under a key of this project", Source: own,
		Reason:   "whoever may use the account's default key could read every secret",
		Settings: []Setting{{catalogue.Secret, "kmsKeyId", ownKey(), nil}},
	}, {
		ID: "SECRET-WINDOW", What: "a deleted secret can be had back for 30 days in production", Source: own,
		Reason: "a credential deleted by mistake stops an application for good", In: []string{production},
		Settings: []Setting{{catalogue.Secret, "recoveryWindowInDays", atLeast(30), nil}},
	},
}

// wantedTags are on everything that takes tags.
var wantedTags = []string{"CostCenter", "Environment", "Owner", "Project"}

func untagged(p *platform, r *model.Resource) []string {
	table, err := schema.Load()
	if err != nil {
		return []string{err.Error()}
	}
	if _, takes := table.Resources[r.Type].Inputs["tags"]; !takes {
		return nil
	}
	tags := r.Tags()
	var problems []string
	for _, name := range wantedTags {
		if !fixed().met(tags[name]) || tags[name] == model.Unknown {
			problems = append(problems, "tag "+name+" is missing")
		}
	}
	if environment := tags.Text("Environment"); environment != "" && environment != p.environment {
		problems = append(problems, "tag Environment is "+environment+": it has to be "+p.environment)
	}
	return problems
}

// identityRules read policies: see Policies for what is not known yet.
var identityRules = []Rule{
	{
		ID: "IAM-ADMIN", What: "no statement allows everything on everything",
		Reason: "whoever takes over one role would have the account", Source: "IAM.1",
		Types: policyTypes(), UnknownPasses: true,
		Check: allows(func(r *model.Resource, s iam.Statement) string {
			if r.Type != catalogue.Key && slices.Contains(s.Action, "*") && slices.Contains(s.Resource, "*") {
				return "allows every action on everything"
			}
			return ""
		}),
	}, {
		ID: "IAM-WILDCARD", What: "no statement allows a whole service; a key's policy gives the account kms:*, as it has to",
		Reason: "a service gets new actions, and the role gets them without a review", Source: "IAM.21",
		Types: policyTypes(), UnknownPasses: true,
		Check: allows(func(r *model.Resource, s iam.Statement) string {
			if i := slices.IndexFunc(s.Action, wholeService); i >= 0 && r.Type != catalogue.Key {
				return "allows " + s.Action[i] + ": name the actions"
			}
			return ""
		}),
	}, {
		ID: "IAM-EVERYTHING", What: "no statement is about every resource, nor about all but some",
		Reason: "a role would reach what belongs to others", Source: "KMS.2, " + own,
		Types: policyTypes(), UnknownPasses: true,
		Check: allows(func(r *model.Resource, s iam.Statement) string {
			switch {
			case len(s.NotAction)+len(s.NotResource)+len(s.NotPrincipal) > 0:
				return "allows all but some: name what it allows"
			case r.Type != catalogue.Key && slices.Contains(s.Resource, "*"): // in a key's policy it is that key
				return "is about *: name the resources"
			}
			return ""
		}),
	}, {
		ID: "IAM-PASSROLE", What: "whoever hands a role to a service may hand over named ones only",
		Reason: "a build could start something with the rights of an administrator", Source: own,
		Types: []string{catalogue.RolePolicy}, UnknownPasses: true,
		Check: allows(func(_ *model.Resource, s iam.Statement) string {
			passes := slices.ContainsFunc(s.Action, func(a string) bool { return a == "iam:PassRole" || a == "iam:*" || a == "iam:Pass*" })
			anyRole := slices.ContainsFunc(s.Resource, func(r string) bool { return r == "*" || strings.HasSuffix(r, ":role/*") })
			if passes && anyRole {
				return "passes any role: name the roles"
			}
			return ""
		}),
	}, {
		ID: "IAM-PRINCIPAL", What: "a statement that lets in anybody is bound to an account, an organisation or a source",
		Reason: "anybody on the internet with an AWS account is anybody", Source: "KMS.5, S3.2, S3.3, SNS.4, SQS.3",
		Types: policyTypes(), UnknownPasses: true,
		Check: allows(func(_ *model.Resource, s iam.Statement) string {
			if slices.Contains(s.Principal.All(), "*") && !bound(s) {
				return "lets in anybody: add a condition on one of " + strings.Join(binding, ", ")
			}
			return ""
		}),
	}, {
		ID: "IAM-ATTACHED", What: "managed policies of AWS are attached only if they are listed; AdministratorAccess is not",
		Reason: "what AWS manages is wide, and grows", Source: "IAM.1, " + own,
		Settings: []Setting{{catalogue.RolePolicyAttachment, "policyArn", oneOf(attachable...), nil}},
	}, {
		ID: "IAM-BOUNDARY", What: "roles are within the account's permissions boundary",
		Reason: "whoever deploys could make a role that may more than they do", Source: own,
		Settings: []Setting{{catalogue.Role, "permissionsBoundary", fixed(), nil}},
	},
}

// policyTypes are the types with policies that give rights. That of an endpoint only takes away: VPCE-POLICY is about it.
func policyTypes() []string {
	var types []string
	for typ := range Policies {
		if typ != catalogue.VpcEndpoint {
			types = append(types, typ)
		}
	}
	return types
}

// binding are keys of conditions that say whose a request is.
var binding = []string{
	"aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "kms:CallerAccount",
}

func bound(s iam.Statement) bool {
	for _, operator := range []string{"StringEquals", "ArnEquals", "ArnLike"} {
		for _, name := range binding {
			if values := s.Condition[operator][name]; len(values) > 0 && !slices.Contains(values, "*") {
				return true
			}
		}
	}
	return false
}

// attachable are the policies of AWS that roles of its services and agents need.
var attachable = []string{
	"arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
	"arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
	"arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
	"arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
	"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
	"arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
	"arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
	"arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
	"arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
	"arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
	"arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
}
