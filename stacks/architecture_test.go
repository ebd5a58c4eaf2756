package stacks

import (
	"slices"
	"strings"
	"testing"

	"legops/internal/settings"
)

func TestArchitecture(t *testing.T) {
	for _, want := range []struct {
		architecture settings.Architecture
		types        []settings.InstanceType
	}{
		{settings.Arm64, []settings.InstanceType{
			"a1.large", "t4g.large", "m6g.large", "m6gd.large", "m7g.xlarge", "c6gn.large", "c8gb.large", "r8gd.large",
			"im4gn.large", "is4gen.large", "i4g.large", "i8ge.large", "x2gd.large", "x8g.large", "g5g.xlarge", "hpc7g.4xlarge",
			"p6e-gb200.36xlarge",
		}},
		{settings.Amd64, []settings.InstanceType{
			"t3.large", "t3a.large", "m5.large", "m7i.large", "c7i-flex.large", "c6a.large", "r7iz.large", "m8azn.large",
			"g3.4xlarge", "g4dn.xlarge", "g4ad.xlarge", "g5.xlarge", "g6e.xlarge", "gr6.4xlarge", "g7e.2xlarge",
			"p4de.24xlarge", "p5en.48xlarge", "p6-b200.48xlarge", "trn1n.32xlarge", "inf2.xlarge", "dl2q.24xlarge",
			"u-12tb1.112xlarge", "u7i-12tb.224xlarge", "u7inh-32tb.480xlarge", "z1d.large", "i7ie.large", "mac1.metal",
			"", "g", "7g.large", ".", "m7",
		}},
	} {
		for _, name := range want.types {
			if got := name.Architecture(); got != want.architecture {
				t.Errorf("%q is %s, want %s", name, got, want.architecture)
			}
		}
	}
}

// The Graviton families among all of EC2: a person has to check a new family.
func TestArchitectureOfEveryInstanceType(t *testing.T) {
	arm := map[string]bool{}
	all := texts(schema().nodeAt(steps("legops:eks.nodes.instanceTypes[0]")).Enum)
	if len(all) < 1000 {
		t.Fatalf("only %d instance types", len(all))
	}
	for _, name := range all {
		if it := settings.InstanceType(name); it.Architecture() == settings.Arm64 && !it.IsMac() {
			family, _, _ := strings.Cut(name, ".")
			arm[family] = true
		}
	}
	var got []string
	for family := range arm {
		got = append(got, family)
	}
	slices.Sort(got)
	const want = "a1 c6g c6gd c6gn c7g c7gd c7gn c8g c8gb c8gd c8gn c9g c9gd g5g hpc7g i4g i8g i8ge im4gn is4gen " +
		"m6g m6gd m7g m7gd m8g m8gb m8gd m8gn m9g m9gd p6e-gb200 r6g r6gd r7g r7gd r8g r8gb r8gd r8gn r9g r9gd t4g x2gd x8g"
	if strings.Join(got, " ") != want {
		t.Errorf("arm64 families\ngot  %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestDatabaseMemory(t *testing.T) {
	for class, want := range map[settings.DatabaseClass]int{
		"db.t4g.micro": 1, "db.t4g.medium": 4, "db.t3.2xlarge": 32, "db.m7g.large": 8, "db.m6id.32xlarge": 512, "db.r7g.large": 16,
		"db.r6gd.xlarge": 32, "db.r8g.48xlarge": 1536, "db.x2idn.16xlarge": 1024, "db.x2iedn.xlarge": 128, "db.x2iedn.32xlarge": 4096,
	} {
		if got := class.MemoryGiB(); got != want {
			t.Errorf("%s has %d GiB, want %d", class, got, want)
		}
	}
	classes := schema().nodeAt(steps("legops:rds.instanceClass"))
	for _, class := range classes.Enum {
		if name, _ := class.(string); settings.DatabaseClass(name).MemoryGiB() < 1 {
			t.Errorf("%s has no memory", name)
		}
	}
	if len(classes.Enum) == 0 {
		t.Error("the schema lists no classes")
	}
}
