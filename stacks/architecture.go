package stacks

import (
	"regexp"
	"strings"
)

// familyAttributes are the letters after the generation in an instance family: gn in im4gn.
var familyAttributes = regexp.MustCompile(`^[a-z]+[0-9]+([a-z]*)`)

// armFamilies are older or newer than the naming scheme: the first Graviton, and Grace.
var armFamilies = map[string]bool{"a1": true, "p6e-gb200": true}

// Architecture is the processor of the instance type. A g among the attributes is Graviton; a g before the
// generation is a graphics family.
func (t InstanceType) Architecture() Architecture {
	if family := t.family(); armFamilies[family] {
		return Arm64
	} else if match := familyAttributes.FindStringSubmatch(family); match != nil && strings.Contains(match[1], "g") {
		return Arm64
	}
	return Amd64
}

// IsMac reports whether the instance is an Apple computer.
func (t InstanceType) IsMac() bool { return strings.HasPrefix(string(t), "mac") }

func (t InstanceType) family() string {
	family, _, _ := strings.Cut(string(t), ".")
	return family
}

func (t InstanceType) text() string { return string(t) }
