// Package catalogue has what is known of the resource types that the stacks are made of: one literal for each type, one file for each
// service of AWS. It states facts of the services and of their Pulumi providers, no verdicts: what AWS refuses is in the file of the
// same name in internal/offline/cloud, what the project demands is in internal/standards, what is dangerous to change is in
// internal/review. Forms and limits are those of the service's API reference, unless a comment names another source.
package catalogue

import "regexp"

// Type is what is known of a resource type. Inputs are given as Pulumi property paths, as package model reads them.
type Type struct {
	// Token is Pulumi's name of the type, such as aws:sqs/queue:Queue.
	Token string
	// Scope is what a name and an id are unique in.
	Scope Scope
	// ID is the form of the id that the provider gives it. In braces is what AWS draws at random, such as {hex17}; {name}, the physical
	// name; or an input, which cannot change without a replacement. What is not given leaves out the separator before it.
	ID string
	// ARN is the form of its ARN where that is not the id. Without one it has AWS's general form, or none.
	ARN string
	// Name is how the service calls it. Its zero value is of a type without a physical name.
	Name Name
	// Policy is the input that holds an IAM policy.
	Policy Policy
	// Replaces are inputs whose change makes another resource, beside those of the provider's own schema (Provider): of a type of
	// AWS, what the provider's code says of a planned change; of another provider, all. A path that ends in ! replaces when the value
	// is no longer true, or no longer given.
	Replaces []string
	// PartOf names what it is a part of: it goes with it and never keeps it from being deleted.
	PartOf Link
	// Links are the inputs that name another resource by its id or physical name, beside PartOf. What refers to another by an
	// identifier that tells what it is, such as an ARN, needs no link.
	Links []Link
	// Given matches the ids or names of those that are there without anybody creating them.
	Given *regexp.Regexp
	// InUseBy are the types that keep it from deletion while they use it, or anything.
	InUseBy []string
	// Lock is the input that keeps it from deletion while it is true: the service's own deletion protection.
	Lock string
	// Quota is how many there may be.
	Quota Quota
	// Box is the box or zone of the picture in docs/architecture.svg that stands for it.
	Box string
	// Inert says that it is a setting: it holds no data that a deployment could not create again, does not fail by itself and costs
	// nothing. Any other type says each of that.
	Inert bool
	// Holds is the data in it that no deployment can create again, or Nothing.
	Holds string
	// Deleted is what becomes of that data when Pulumi deletes it. Without it, or with its input at that value, the data is gone.
	Deleted Deletion
	// Guarded are the inputs that guard that data, or the data of what it is a part of.
	Guarded []Guard
	// Loss is what happens to the data of what it is a part of when it alone goes; empty where nothing does.
	Loss string
	// Failure is what is felt when it fails, so that an alarm has to look at it. Unwatched is why none does, or can.
	Failure, Unwatched string
	// Restarts are the changes in place that interrupt what it serves, or slow it. A type that holds data or whose failure is felt says which,
	// or that none is known.
	Restarts []Restart
	// Metrics are what alarms and dashboards can look at.
	Metrics []Metric
	// Costs is what AWS takes money for, or Free: nothing by itself, though what uses it may cost.
	Costs string
}

// What types say that hold no data, that cost nothing, that are not watched since they are settings.
const (
	Nothing   = "nothing"
	Free      = "free"
	isSetting = "a setting, which does not fail by itself"
)

// HoldsData says whether data goes with it that no deployment can create again.
func (t *Type) HoldsData() bool { return t.Holds != "" && t.Holds != Nothing }

// IsFree says whether AWS takes nothing for it.
func (t *Type) IsFree() bool { return t.Inert || t.Costs == Free }

// Deletion is what becomes of data when what holds it is deleted, by the inputs that the state has.
type Deletion struct {
	// Says it, with {input} for the value of an input, {input|30} where AWS takes 30 if it is not given.
	Says string
	// Unless is the input with which it is not so, at the value Is. Empty: it is always so.
	Unless string
	Is     any
	// Source says where that was read: the file of hashicorp/terraform-provider-aws 5.68 and 6.13 below internal/service.
	Source string
}

// Placeholder is what stands for the value of an input in Deletion.Says: the input, and what it is if it is not given.
var Placeholder = regexp.MustCompile(`\{(\w+)(?:\|(\w+))?\}`)

// Guard is an input that guards data.
type Guard struct {
	Input string
	// Weaker is the change that leaves the data with less.
	Weaker Weaker
	// Loss is what happens then.
	Loss string
}

// Weaker is a change of an input that guards data.
type Weaker string

// Leaves is the change from one value to any other.
func Leaves(value string) Weaker { return Weaker(value) }

// The changes.
const (
	Off     Weaker = "off"
	On      Weaker = "on"
	Lower   Weaker = "lower"
	Shorter Weaker = "shorter" // lower, or no longer given: nothing is kept for no time
	Sooner  Weaker = "sooner"  // lower, or given at all: what was kept for ever goes
	Changed Weaker = "changed"
	Removed Weaker = "removed"
)

// Scope is what the name and the id of a resource are unique in, together with its account.
type Scope int

// The scopes. The zero value is of a resource of AWS that lives in one region.
const (
	InRegion Scope = iota
	InAccount
	InNamespace
	InCluster
)

// Name is how a service calls a resource.
type Name struct {
	// Input carries it.
	Input string
	// Form is what the service takes, length included; nil takes anything. Reserved are the beginnings that AWS keeps to itself.
	Form     *regexp.Regexp
	Reserved []string
	// Within is the input that names what it is unique in, narrower than the scope.
	Within string
	// Worldwide says that no other account may have it either.
	Worldwide bool
	// Unnamed is why an input called name is none.
	Unnamed string
}

// Link is an input that names a resource of type To.
type Link struct{ Input, To string }

// Need says whether an element of a policy's statement has to be there.
type Need int

// The needs.
const (
	May Need = iota
	Must
	MustNot
)

// Policy is an input that holds an IAM policy, and what the service asks of it.
type Policy struct {
	Input string
	// Principal and Resource are of each statement.
	Principal, Resource Need
	// Limit is the length in characters, white space not counted; 0 is none of its own.
	Limit int
}

// Quota is the default of Service Quotas. Those are listed that a platform of this size can meet.
type Quota struct {
	// Limit is how many there may be; 0 is none known.
	Limit int
	// Per is the input that groups what is counted; empty counts all of a region, or of the account.
	Per string
}

// Anything is in the list of what keeps a resource from deletion where every user does.
const Anything = "*"

var anything = []string{Anything}

func form(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

// accountWide are types of a service that has one namespace for all regions of an account.
func accountWide(types []Type) []Type {
	for i := range types {
		types[i].Scope = InAccount
	}
	return types
}
