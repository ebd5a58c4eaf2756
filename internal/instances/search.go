package instances

import "strings"

// searchVolumes are the largest gp3 volumes, in GiB, of the data nodes of OpenSearch Service, by family and size; the smallest is 10 GiB
// everywhere. 0 is a family that takes no gp3 volume: old ones, and those with disks of their own. The numbers are those of "Amazon
// OpenSearch Service quotas", EBS volume size quotas (awsdocs/amazon-opensearch-service-developer-guide, doc_source/limits.md,
// 2024-11-19).
var searchVolumes = map[string]map[string]int{
	"c5":  {"large": 256, "xlarge": 512, "2xlarge": 1024, "4xlarge": 1536, "9xlarge": 3584, "18xlarge": 7168},
	"c6g": {"large": 256, "xlarge": 512, "2xlarge": 1024, "4xlarge": 1536, "8xlarge": 3072, "12xlarge": 4608},
	"m5":  {"large": 1024, "xlarge": 2048, "2xlarge": 3072, "4xlarge": 6144, "12xlarge": 18432},
	"m6g": {"large": 1024, "xlarge": 2048, "2xlarge": 3072, "4xlarge": 6144, "8xlarge": 12288, "12xlarge": 18432},
	"r5":  {"large": 2048, "xlarge": 3072, "2xlarge": 6144, "4xlarge": 12288, "12xlarge": 24576},
	"r6g": {"large": 2048, "xlarge": 3072, "2xlarge": 6144, "4xlarge": 12288, "8xlarge": 16384, "12xlarge": 24576},
	"t3":  {"small": 100, "medium": 200},
	"c4":  {}, "i2": {}, "i3": {}, "m3": {}, "m4": {}, "r3": {}, "r4": {}, "r6gd": {}, "t2": {},
}

// SearchVolume returns the largest gp3 volume, in GiB, of a data node of an OpenSearch instance type, such as r6g.large.search; 0 if it
// takes none, and false if AWS's table does not have the type.
func SearchVolume(instanceType string) (gib int, known bool) {
	family, size, _ := strings.Cut(strings.TrimSuffix(instanceType, ".search"), ".")
	sizes, known := searchVolumes[family]
	if !known || len(sizes) == 0 {
		return 0, known
	}
	gib, known = sizes[size]
	return gib, known
}
