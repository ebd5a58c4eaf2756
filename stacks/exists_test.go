package stacks

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/settings"
)

func ranges(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func TestCheckSubnets(t *testing.T) {
	const fix = ", which is still there when EC2 is asked for this one: choose a range that overlaps no subnet, or leave ranges and zones as they were"
	asWritten := map[string][]netip.Prefix{"data-az1": ranges("10.0.8.0/24"), "data-az2": ranges("10.0.9.0/24"), "public-az1": ranges("10.0.0.0/24")}
	for name, c := range map[string]struct {
		zones, data string
		taken       map[string][]netip.Prefix
		problems    []string
	}{
		"nothing exists":              {"az1 az2", "10.0.8.0/24 10.0.9.0/24", nil, nil},
		"unchanged":                   {"az1 az2", "10.0.8.0/24 10.0.9.0/24", asWritten, nil},
		"a free range":                {"az1 az2", "10.0.8.0/24 10.0.10.0/24", asWritten, nil},
		"a part of its own":           {"az1 az2", "10.0.8.0/25 10.0.9.0/24", asWritten, []string{"data[0]: 10.0.8.0/25: overlaps the subnet data-az1 (10.0.8.0/24)" + fix}},
		"more than its own":           {"az1 az2", "10.0.8.0/24 10.0.8.0/23", asWritten, []string{"data[1]: 10.0.8.0/23: overlaps the subnet data-az1 (10.0.8.0/24)" + fix, "data[1]: 10.0.8.0/23: overlaps the subnet data-az2 (10.0.9.0/24)" + fix}},
		"another tier's":              {"az1 az2", "10.0.0.128/25 10.0.9.0/24", asWritten, []string{"data[0]: 10.0.0.128/25: overlaps the subnet public-az1 (10.0.0.0/24)" + fix}},
		"another zone":                {"az3 az2", "10.0.8.0/24 10.0.9.0/24", asWritten, []string{"data[0]: 10.0.8.0/24: overlaps the subnet data-az1 (10.0.8.0/24)" + fix}},
		"exchanged zones":             {"az2 az1", "10.0.8.0/24 10.0.9.0/24", asWritten, []string{"data[0]: 10.0.8.0/24: overlaps the subnet data-az1 (10.0.8.0/24)" + fix, "data[1]: 10.0.9.0/24: overlaps the subnet data-az2 (10.0.9.0/24)" + fix}},
		"somebody's":                  {"az1 az2", "10.0.8.0/24 10.0.9.0/24", map[string][]netip.Prefix{"subnet-0a": ranges("10.0.0.0/20")}, []string{"data[0]: 10.0.8.0/24: overlaps the subnet subnet-0a (10.0.0.0/20)" + fix, "data[1]: 10.0.9.0/24: overlaps the subnet subnet-0a (10.0.0.0/20)" + fix}},
		"after an interrupted update": {"az1", "10.0.10.0/24", map[string][]netip.Prefix{"data-az1": ranges("10.0.8.0/24", "10.0.10.0/24")}, nil},
	} {
		config := &Config{}
		config.Network.AvailabilityZones = strings.Fields(c.zones)
		config.Network.Subnets.Data = ranges(strings.Fields(c.data)...)
		err := config.CheckSubnets(c.taken, func(tier, zone string) string { return tier + "-" + zone })
		if c.problems == nil {
			assert.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, "legops:network.subnets."+strings.Join(c.problems, "\nlegops:network.subnets."), name)
		}
	}
}

func TestCheckRoles(t *testing.T) {
	const account = "arn:aws:iam::111111111111:role/"
	config := &Config{}
	config.Eks.Administrators, config.Eks.Viewers = []settings.RoleARN{account + "a", account + "b"}, []settings.RoleARN{account + "c"}
	assert.NoError(t, config.CheckRoles(nil))
	assert.EqualError(t, config.CheckRoles([]settings.RoleARN{account + "c", account + "b"}), "legops:eks.administrators[1]: "+account+
		"b: there is no such role, and EKS would refuse it: create it first, or remove it here\nlegops:eks.viewers[0]: "+account+
		"c: there is no such role, and EKS would refuse it: create it first, or remove it here")
}
