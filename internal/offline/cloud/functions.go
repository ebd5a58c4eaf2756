package cloud

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/regions"
)

// prefixList is a list of addresses that AWS keeps.
type prefixList struct {
	// name is the list's, with {region} for the region.
	name string
	// weight is how many rules of a security group one with the list counts for, and the most addresses it may have.
	weight int
}

var managedPrefixLists = []prefixList{
	{"com.amazonaws.global.cloudfront.origin-facing", 55},
	{"com.amazonaws.{region}.s3", 1},
	{"com.amazonaws.{region}.dynamodb", 1},
}

// prefixListID is the id of a list of AWS in a region.
func prefixListID(region, name string) string { return "pl-" + digest(region, name)[:8] }

// PrefixListName is the name of a list that AWS keeps in a region, by its id; "" of any other.
func PrefixListName(region, id string) string {
	for _, list := range managedPrefixLists {
		if prefixListID(region, list.name) == id {
			return strings.ReplaceAll(list.name, "{region}", region)
		}
	}
	return ""
}

// managedPrefixList finds a list of AWS by the name that the program gives.
func managedPrefixList(_ *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	name := text(args["name"])
	at := slices.IndexFunc(managedPrefixLists, func(list prefixList) bool { return fill(list.name, c, "", "", "", nil) == name })
	if at < 0 {
		return nil, status.Errorf(codes.NotFound, "the managed prefix list %q is not known in %s", name, c.region)
	}
	list := managedPrefixLists[at]
	id := prefixListID(c.region, list.name)
	return map[string]any{
		"id": id, "name": name, "addressFamily": "IPv4", "ownerId": "AWS", "version": 1, "maxEntries": list.weight,
		"arn":     fmt.Sprintf("arn:%s:ec2:%s:aws:prefix-list/%s", regions.Partition(c.region), c.region, id),
		"entries": []any{}, "tags": map[string]any{},
	}, nil
}

// taggedTypes are the types that a program may list by the Resource Groups Tagging API, by its names for them.
var taggedTypes = map[string]string{"es:domain": catalogue.SearchDomain, "cloudfront:distribution": catalogue.Distribution}

// taggedResources lists what has tags.
func taggedResources(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	var filters []string
	if err := decode(args["resourceTypeFilters"], &filters); err != nil {
		return nil, err
	}
	if len(args) != 1 || len(filters) != 1 || taggedTypes[filters[0]] == "" {
		return nil, status.Errorf(codes.Unimplemented, "the simulated cloud lists resources by one type alone, and knows of %v", taggedTypes)
	}
	listed := []any{}
	for _, e := range p.listed(c, taggedTypes[filters[0]]) {
		if tags := e.out().Values("tagsAll"); len(tags) > 0 {
			listed = append(listed, map[string]any{"resourceArn": e.Outputs["arn"], "tags": map[string]any(tags), "complianceDetails": []any{}})
		}
	}
	return map[string]any{"id": regions.Partition(c.region), "resourceTagMappingLists": listed}, nil
}

// ec2Filters are those of a question to EC2, by name; several values mean any of them.
func ec2Filters(args resource.PropertyMap, known ...string) (map[string][]string, error) {
	var asked []struct {
		Name   string
		Values []string
	}
	if err := decode(args["filters"], &asked); err != nil {
		return nil, err
	}
	by := map[string][]string{}
	for _, filter := range asked {
		if !slices.Contains(known, filter.Name) {
			return nil, status.Errorf(codes.Unimplemented, "the simulated cloud filters here by %v, not by %s", known, filter.Name)
		}
		by[filter.Name] = filter.Values
	}
	return by, nil
}

// vpcsNamed finds VPCs by their names, and ranges where these are given.
func vpcsNamed(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	by, err := ec2Filters(args, "tag:Name", "cidr")
	if err != nil {
		return nil, err
	}
	ids := []any{}
	for _, e := range p.listed(c, catalogue.Vpc) {
		if meets(by, "tag:Name", e.in().Text("tags.Name")) && meets(by, "cidr", e.in().Text("cidrBlock")) {
			ids = append(ids, e.ID)
		}
	}
	return map[string]any{"id": c.region, "ids": ids}, nil
}

// meets says whether a value is one of those that a filter names, or there is no such filter.
func meets(by map[string][]string, filter, value string) bool {
	values, is := by[filter]
	return !is || slices.Contains(values, value)
}

// subnetsOf lists the subnets of VPCs, or those of names.
func subnetsOf(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	by, err := ec2Filters(args, "vpc-id", "tag:Name")
	if err != nil {
		return nil, err
	}
	ids := []any{}
	for _, e := range p.listed(c, catalogue.Subnet) {
		if meets(by, "vpc-id", e.in().Text("vpcId")) && meets(by, "tag:Name", e.in().Text("tags.Name")) {
			ids = append(ids, e.ID)
		}
	}
	return map[string]any{"id": c.region, "ids": ids}, nil
}

// subnetOf answers what a subnet is.
func subnetOf(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	id := text(args["id"])
	for _, e := range p.listed(c, catalogue.Subnet) {
		if e.ID == id {
			in := e.in()
			return map[string]any{
				"id": id, "cidrBlock": in.Text("cidrBlock"), "vpcId": in.Text("vpcId"), "availabilityZoneId": e.zone(), "tags": map[string]any(in.Values("tags")),
			}, nil
		}
	}
	return nil, status.Error(codes.NotFound, "no matching EC2 Subnet found")
}

// roleNamed answers of a role that the program made, or that a person keeps: of the latter all exist, in no path (docs/offline.md).
func roleNamed(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	name := text(args["name"])
	arn := fmt.Sprintf("arn:%s:iam::%s:role/%s", regions.Partition(c.region), c.account, name)
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	made, exists := false, false
	for _, e := range p.record.index.find(byType(catalogue.Role)) {
		if e.Account != c.account {
			continue
		}
		made = made || e.madeHere(arn)
		if e.in().Text("name") == name {
			arn, exists = fmt.Sprint(e.Outputs["arn"]), true
		}
	}
	if made && !exists {
		return nil, status.Errorf(codes.NotFound, "reading IAM Role (%s): couldn't find resource", name)
	}
	return map[string]any{"id": name, "name": name, "arn": arn}, nil
}

// function answers a question of a program.
type function func(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error)

func init() {
	for token, r := range readings {
		functions[token] = readingOf(r)
	}
}

// functions answers what a program may ask of the simulated cloud. One that is not here, or in readings, is refused.
var functions = map[string]function{
	"aws:ec2/getInternetGateway:getInternetGateway":          gatewayOf,
	"aws:ec2/getRouteTables:getRouteTables":                  routeTablesOf,
	"aws:cloudwatch/getLogGroups:getLogGroups":               logGroupsNamed,
	"aws:opensearch/getDomain:getDomain":                     searchDomain,
	"aws:resourcegroupstaggingapi/getResources:getResources": taggedResources,
	"aws:rds/getInstances:getInstances":                      databaseNamed,
	"aws:sqs/getQueues:getQueues":                            queuesNamed,
	"aws:rds/getInstance:getInstance":                        databaseFound,
	"aws:eks/getClusters:getClusters":                        clusterNames,
	"aws:eks/getNodeGroups:getNodeGroups":                    nodeGroupNames,
	"aws:eks/getNodeGroup:getNodeGroup":                      nodeGroupSize,
	"aws:ec2/getManagedPrefixList:getManagedPrefixList":      managedPrefixList,
	"aws:ec2/getVpcs:getVpcs":                                vpcsNamed,
	"aws:ec2/getSubnets:getSubnets":                          subnetsOf,
	"aws:ec2/getSubnet:getSubnet":                            subnetOf,
	"aws:iam/getRole:getRole":                                roleNamed,
	"aws:index/getCallerIdentity:getCallerIdentity": func(_ *Provider, c *connection, _ resource.PropertyMap) (map[string]any, error) {
		return map[string]any{
			"id": c.account, "accountId": c.account, "userId": "AIDASIMULATEDCLOUD",
			"arn": fmt.Sprintf("arn:%s:iam::%s:user/offline", regions.Partition(c.region), c.account),
		}, nil
	},
	"aws:index/getPartition:getPartition": func(_ *Provider, c *connection, _ resource.PropertyMap) (map[string]any, error) {
		partition, suffix := regions.Partition(c.region), dnsSuffix(c.region)
		reverse := map[string]string{"amazonaws.com": "com.amazonaws", "amazonaws.com.cn": "cn.com.amazonaws"}[suffix]
		return map[string]any{"id": partition, "partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}, nil
	},
	"aws:index/getRegion:getRegion": func(_ *Provider, c *connection, _ resource.PropertyMap) (map[string]any, error) {
		return map[string]any{
			"id": c.region, "name": c.region, "description": "simulated " + c.region,
			"endpoint": "ec2." + c.region + ".amazonaws.com",
		}, nil
	},
	"aws:index/getAvailabilityZones:getAvailabilityZones": func(_ *Provider, c *connection, _ resource.PropertyMap) (map[string]any, error) {
		var names, ids []any
		for i := range regions.Zones(c.region) {
			name := c.region + string(rune('a'+i))
			names, ids = append(names, name), append(ids, zoneNamed(c.account, c.region, name))
		}
		return map[string]any{"id": c.region, "names": names, "zoneIds": ids, "groupNames": []any{c.region}}, nil
	},
}
