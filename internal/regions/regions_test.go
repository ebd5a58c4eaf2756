package regions_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/regions"
)

// The wanted ids come from the tables that regions.go names.
func TestZones(t *testing.T) {
	for region, want := range map[string][]string{
		"us-east-1":      {"use1-az1", "use1-az2", "use1-az3", "use1-az4", "use1-az5", "use1-az6"},
		"us-west-1":      {"usw1-az1", "usw1-az2", "usw1-az3"},
		"ca-central-1":   {"cac1-az1", "cac1-az2", "cac1-az3", "cac1-az4"},
		"eu-west-1":      {"euw1-az1", "euw1-az2", "euw1-az3"},
		"eu-north-1":     {"eun1-az1", "eun1-az2", "eun1-az3"},
		"eu-south-1":     {"eus1-az1", "eus1-az2", "eus1-az3"},
		"sa-east-1":      {"sae1-az1", "sae1-az2", "sae1-az3"},
		"ap-northeast-1": {"apne1-az1", "apne1-az2", "apne1-az3", "apne1-az4"},
		"ap-southeast-2": {"apse2-az1", "apse2-az2", "apse2-az3"},
		"cn-north-1":     nil, // another partition, without CloudFront in us-east-1
		"af-south-1":     nil, // without CodeConnections
		"":               nil,
	} {
		assert.Equal(t, want, regions.Zones(region), region)
	}
	assert.Len(t, regions.All(), 17)
	assert.Contains(t, regions.All(), "sa-east-1")
}

// Every region has at least the two zones that the platform needs.
func TestHasEks(t *testing.T) {
	without := 0
	for _, region := range regions.All() {
		fit := 0
		for _, zone := range regions.Zones(region) {
			if regions.HasEks(zone) {
				fit++
			} else {
				without++
			}
		}
		assert.GreaterOrEqual(t, fit, 2, region)
	}
	assert.Equal(t, 3, without, "each zone without EKS is a zone of its region")
}

func TestPartition(t *testing.T) {
	for region, want := range map[string]string{"us-east-1": "aws", "sa-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"} {
		assert.Equal(t, want, regions.Partition(region), region)
	}
	for _, region := range regions.All() {
		assert.Equal(t, regions.Commercial, regions.Partition(region), region)
	}
}
