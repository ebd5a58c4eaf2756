package settings

import (
	"regexp"
	"strconv"
	"strings"
)

// familyAttributes matches the letters after the generation in an instance family: gn in im4gn.
var familyAttributes = regexp.MustCompile(`^[a-z]+[0-9]+([a-z]*)`)

// armFamilies are the Arm families outside the naming scheme: the first Graviton, and Grace.
var armFamilies = map[string]bool{"a1": true, "p6e-gb200": true}

// Architecture is the processor architecture of the instance type. A g among the attributes stands for Graviton, a g
// before the generation for graphics.
func (t InstanceType) Architecture() Architecture {
	if family := t.family(); armFamilies[family] {
		return Arm64
	} else if match := familyAttributes.FindStringSubmatch(family); match != nil && strings.Contains(match[1], "g") {
		return Arm64
	}
	return Amd64
}

// Texts converts values of a type of text, such as instance types, to plain text.
func Texts[T ~string](named []T) []string {
	plain := make([]string, len(named))
	for i, n := range named {
		plain[i] = string(n)
	}
	return plain
}

// IsMac reports whether the instance is an Apple computer.
func (t InstanceType) IsMac() bool { return strings.HasPrefix(string(t), "mac") }

func (t InstanceType) family() string {
	family, _, _ := strings.Cut(string(t), ".")
	return family
}

// largeMemory is the memory in GiB of a database class of size large, by family without generation, and for the two
// x2i families. Memory grows in proportion to the size.
var largeMemory = map[string]int{"t": 8, "m": 8, "r": 16, "x2idn": 32, "x2iedn": 64}

// MemoryGiB is the memory of the class (AWS, "Hardware specifications for DB instance classes").
func (c DatabaseClass) MemoryGiB() int {
	_, class, _ := strings.Cut(string(c), ".")
	family, size, _ := strings.Cut(class, ".")
	large, known := largeMemory[family]
	if !known {
		large = largeMemory[class[:1]]
	}
	switch size {
	case "micro":
		return large / 8
	case "small":
		return large / 4
	case "medium":
		return large / 2
	case "large":
		return large
	}
	times, _ := strconv.Atoi(strings.TrimSuffix(size, "xlarge"))
	return 2 * large * max(times, 1)
}
