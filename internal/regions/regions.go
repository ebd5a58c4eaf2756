// Package regions knows the regions that have every service of the platform, and their Availability Zones.
package regions

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Global is the region of AWS's global resources.
const Global = "us-east-1"

// zones are the Availability Zones of each region, by the number in their ids: use1-az4 is 4. A name such as us-east-1a
// means a different zone in each account, an id the same everywhere: AWS Regions and Availability Zones, "AWS
// Availability Zones" and "AZ IDs", read in November 2026.
//
// Listed are the regions with every service that the platform uses: botocore 1.43.11, data/endpoints.json. The service
// with the fewest regions is CodeConnections (codestar-connections there), and its regions have all others.
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

// withoutEks are the zones in which EKS allows no subnets of a cluster: awsdocs/amazon-eks-user-guide, latest/ug/networking/
// network-reqs.adoc, "Subnet requirements for clusters". They also lack recent instance types, on Nitro and Graviton
// (believed; aws ec2 describe-instance-type-offerings lists them).
var withoutEks = []string{"cac1-az3", "use1-az3", "usw1-az2"}

// All returns the regions, in order.
func All() []string { return slices.Sorted(maps.Keys(zones)) }

// Zones returns the ids of a region's Availability Zones, in order; none if the region lacks a service.
func Zones(region string) []string {
	var ids []string
	for _, number := range zones[region] {
		ids = append(ids, fmt.Sprintf("%s-az%d", prefix(region), number))
	}
	return ids
}

// HasEks reports whether a zone supports EKS clusters.
func HasEks(zone string) bool { return !slices.Contains(withoutEks, zone) }

// Commercial is the platform's partition: CloudFront and all other global resources belong to one partition.
const Commercial = "aws"

// partitions are the others, by the prefix of their regions' names.
var partitions = map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov"}

// Partition returns a region's partition, the part of its ARNs after arn:.
func Partition(region string) string {
	for begin, partition := range partitions {
		if strings.HasPrefix(region, begin) {
			return partition
		}
	}
	return Commercial
}

// directions shortens the middle of a region's name as in the ids of its zones.
var directions = strings.NewReplacer("northeast", "ne", "southeast", "se", "north", "n", "south", "s", "east", "e", "west", "w", "central", "c", "-", "")

// prefix is the prefix of the ids of a region's zones: use1 of us-east-1.
func prefix(region string) string { return directions.Replace(region) }
