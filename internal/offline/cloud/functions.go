package cloud

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// functions answers what a program may ask of the simulated cloud. One that is not here is refused.
var functions = map[string]func(c *connection, args resource.PropertyMap) (map[string]any, error){
	"aws:index/getCallerIdentity:getCallerIdentity": func(c *connection, _ resource.PropertyMap) (map[string]any, error) {
		return map[string]any{
			"id": c.account, "accountId": c.account, "userId": "AIDASIMULATEDCLOUD",
			"arn": fmt.Sprintf("arn:%s:iam::%s:user/offline", partitionOf(c.region), c.account),
		}, nil
	},
	"aws:index/getPartition:getPartition": func(c *connection, _ resource.PropertyMap) (map[string]any, error) {
		suffixes := map[string]string{"aws-cn": "amazonaws.com.cn"}
		partition, suffix := partitionOf(c.region), "amazonaws.com"
		if other, ok := suffixes[partition]; ok {
			suffix = other
		}
		reverse := map[string]string{"amazonaws.com": "com.amazonaws", "amazonaws.com.cn": "cn.com.amazonaws"}[suffix]
		return map[string]any{"id": partition, "partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}, nil
	},
	"aws:index/getRegion:getRegion": func(c *connection, _ resource.PropertyMap) (map[string]any, error) {
		return map[string]any{
			"id": c.region, "name": c.region, "description": "simulated " + c.region,
			"endpoint": "ec2." + c.region + ".amazonaws.com",
		}, nil
	},
	"aws:index/getAvailabilityZones:getAvailabilityZones": func(c *connection, _ resource.PropertyMap) (map[string]any, error) {
		var names, ids []any
		for _, letter := range []string{"a", "b", "c"} {
			names = append(names, c.region+letter)
			ids = append(ids, digest(c.region)[:4]+"-az"+letter)
		}
		return map[string]any{"id": c.region, "names": names, "zoneIds": ids, "groupNames": []any{c.region}}, nil
	},
}
