package catalogue

import "slices"

// unlisted take tags, but the GetResources operation does not list them: Resource Groups Tagging API Reference, Services that support the Resource
// Groups Tagging API.
var unlisted = []string{Role, AutoScalingGroup}

// Listed says whether AWS lists it by its tags, if it has any: aws resourcegroupstaggingapi get-resources.
func (t *Type) Listed() bool { return !slices.Contains(unlisted, t.Token) }
