// Package regions knows the regions in which everything that the platform is made of exists, and their Availability Zones.
package regions

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// zones are the Availability Zones of each region, by the number in their ids: use1-az4 is 4. A name such as us-east-1a means
// another zone in another account, an id means the same everywhere: AWS Regions and Availability Zones, "AWS Availability
// Zones" and "AZ IDs", read in November 2026.
//
// A region is here if it has every service that the platform uses: botocore 1.43.11, data/endpoints.json. The service with the
// fewest regions is CodeConnections (codestar-connections there), and none of its regions lacks another.
var zones = map[string][]int{
	"ap-northeast-1": {1, 2, 3, 4},
	"ap-northeast-2": {1, 2, 3, 4},
	"ap-south-1":     {1, 2, 3},
	"ap-southeast-1": {1, 2, 3},
	"ap-southeast-2": {1, 2, 3},
	"ca-central-1":   {1, 2, 3, 4},
	"eu-central-1":   {1, 2, 3},
	"eu-north-1":     {1, 2, 3},
	"eu-south-1":     {1, 2, 3},
	"eu-west-1":      {1, 2, 3},
	"eu-west-2":      {1, 2, 3, 4},
	"eu-west-3":      {1, 2, 3},
	"sa-east-1":      {1, 2, 3},
	"us-east-1":      {1, 2, 3, 4, 5, 6},
	"us-east-2":      {1, 2, 3},
	"us-west-1":      {1, 2, 3},
	"us-west-2":      {1, 2, 3, 4},
}

// withoutEks are the zones that take no subnets of a cluster: awsdocs/amazon-eks-user-guide, latest/ug/networking/
// network-reqs.adoc, "Subnet requirements for clusters". They also lack the instances of the last years, on Nitro and Graviton
// (believed; aws ec2 describe-instance-type-offerings says it).
var withoutEks = []string{"cac1-az3", "use1-az3", "usw1-az2"}

// All are the regions, in order.
func All() []string { return slices.Sorted(maps.Keys(zones)) }

// Zones are the ids of a region's Availability Zones, in order; none of a region that lacks something.
func Zones(region string) []string {
	var ids []string
	for _, number := range zones[region] {
		ids = append(ids, fmt.Sprintf("%s-az%d", prefix(region), number))
	}
	return ids
}

// HasEks says whether a cluster can be in a zone.
func HasEks(zone string) bool { return !slices.Contains(withoutEks, zone) }

// Commercial is the partition of the platform: CloudFront, and with it everything that is global, is of one partition.
const Commercial = "aws"

// partitions are the others, by what the names of their regions begin with.
var partitions = map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov"}

// Partition is what every ARN of a region has after arn:.
func Partition(region string) string {
	for begin, partition := range partitions {
		if strings.HasPrefix(region, begin) {
			return partition
		}
	}
	return Commercial
}

// directions are how the middle of a region's name is shortened in the ids of its zones.
var directions = strings.NewReplacer("northeast", "ne", "southeast", "se", "north", "n", "south", "s", "east", "e", "west", "w", "central", "c", "-", "")

// prefix is what the ids of a region's zones begin with: use1 of us-east-1.
func prefix(region string) string { return directions.Replace(region) }
