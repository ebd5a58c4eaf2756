// Package standards are the rules that this infrastructure holds itself to, over what a Pulumi preview would make.
//
// Each says what has to be, why, and where it comes from: the number of a control of AWS Security Hub, the number in the CIS AWS
// Foundations Benchmark as Security Hub maps it, or "own". What breaks a rule on purpose has an entry in Exceptions, with its reason.
//
// A preview from nothing does not know everything. What is only a reference, such as the ARN of a key, may be unknown: that it refers
// to something is enough. What has to have a certain value may not: a switch that is known only after the update was never checked.
package standards
