package cloud

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/adoption"
	"legops/internal/adoption/inventory"
	"legops/internal/catalogue"
	"legops/internal/model"
)

// Exists puts what was there before Pulumi into the cloud. What is there already stays as it is.
func (p *Provider) Exists(all []adoption.Existing) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, existing := range all {
		if catalogue.Of(existing.Type).ID == "" { // the program has no type for it
			continue
		}
		c := &connection{pkg: "aws", account: existing.Account, region: existing.Region}
		urn := resource.URN(fmt.Sprintf("urn:pulumi:before::account::%s::%s", existing.Type, existing.Name))
		if p.imported(c, urn, existing.ID) != nil {
			continue
		}
		inputs := model.Values{}
		for name, value := range existing.Inputs {
			inputs[name] = value
		}
		id := existing.ID
		if nameOf(existing.Type, inputs) == id { // the id in the state is another one
			id = p.freeID(c, urn, inputs)
		}
		if err := p.record.commit(change{Put: p.entry(c, urn, id, inputs, nil)}); err != nil {
			return err
		}
	}
	return nil
}

// imported finds what `pulumi import` would by an id of it: the one that a state has, or the one that the provider's importer takes in its
// place: the name of a database or a search domain, a subnet and its route table (hashicorp/terraform-provider-aws, internal/service:
// rds/instance.go, findDBInstanceByIDSDKv1; opensearch/domain.go, resourceDomainImport; ec2/vpc_route_table_association.go,
// resourceRouteTableAssociationImport). The caller holds the record's lock.
func (p *Provider) imported(c *connection, urn resource.URN, id string) *Entry {
	if e := p.record.entries[c.key(urn, id)]; e != nil {
		return e
	}
	for _, e := range p.record.index.find(byType(string(urn.Type()))) {
		if e.Account == c.account && e.Region == c.region && id == importIDOf(e) {
			return e
		}
	}
	return nil
}

func importIDOf(e *Entry) string {
	if e.Type == catalogue.RouteTableAssociation {
		return e.in().Text("subnetId") + "/" + e.in().Text("routeTableId")
	}
	return nameOf(e.Type, e.in())
}

// reading is how a function of the provider reads one resource.
type reading struct {
	typ, argument string
	// id is the id that an argument stands for, where it may be something else; optional. The caller holds the record's lock.
	id func(p *Provider, c *connection, argument string) string
	// names are outputs of the function that the resource has under another name, or not at all.
	names map[string]func(*Entry) any
}

func inputAt(path string) func(*Entry) any {
	return func(e *Entry) any { return e.in().Get(path) }
}

// keyManager is who manages a key. Those of AWS come from an inventory alone.
func keyManager(e *Entry) any {
	if strings.HasPrefix(resource.URN(e.URN).Name(), inventory.AWSKeys) {
		return "AWS"
	}
	return "CUSTOMER"
}

// readings are the functions that read one resource by its id or its name.
var readings = map[string]reading{
	"aws:ec2/getVpc:getVpc": {typ: catalogue.Vpc, argument: "id", names: map[string]func(*Entry) any{
		"instanceTenancy": func(e *Entry) any { return orElse(e.in().Text("instanceTenancy"), "default") },
	}},
	"aws:ec2/getRouteTable:getRouteTable": {typ: catalogue.RouteTable, argument: "routeTableId", names: map[string]func(*Entry) any{"routeTableId": func(e *Entry) any { return e.ID }}},
	"aws:s3/getBucket:getBucket": {typ: catalogue.Bucket, argument: "bucket", names: map[string]func(*Entry) any{
		"region": func(e *Entry) any { return e.Region },
	}},
	"aws:sqs/getQueue:getQueue":                   {typ: catalogue.Queue, argument: "name", names: map[string]func(*Entry) any{"url": func(e *Entry) any { return e.ID }}},
	"aws:ecr/getRepository:getRepository":         {typ: catalogue.ImageRepository, argument: "name"},
	"aws:cloudwatch/getLogGroup:getLogGroup":      {typ: catalogue.LogGroup, argument: "name"},
	"aws:rds/getParameterGroup:getParameterGroup": {typ: catalogue.DatabaseParameterGroup, argument: "name"},
	"aws:rds/getSubnetGroup:getSubnetGroup":       {typ: catalogue.DatabaseSubnetGroup, argument: "name"},
	"aws:kms/getKey:getKey": {typ: catalogue.Key, argument: "keyId", id: (*Provider).keyOfAlias, names: map[string]func(*Entry) any{
		"keyManager": keyManager, "customKeyStoreId": inputAt("customKeyStoreId"),
		"customerMasterKeySpec": func(e *Entry) any { return orElse(e.in().Text("customerMasterKeySpec"), "SYMMETRIC_DEFAULT") },
		"keyUsage":              func(e *Entry) any { return orElse(e.in().Text("keyUsage"), "ENCRYPT_DECRYPT") },
	}},
}

// keyOfAlias is the id of the key that an alias names; of anything else, that itself. The caller holds the record's lock.
func (p *Provider) keyOfAlias(c *connection, id string) string {
	for _, e := range p.record.index.find(byType(catalogue.KeyAlias)) {
		if e.Account == c.account && e.Region == c.region && e.in().Text("name") == id {
			return e.in().Text("targetKeyId")
		}
	}
	return id
}

// readingOf makes a function of a reading. It answers with all outputs of the resource: a program takes those that it knows.
func readingOf(r reading) function {
	return func(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
		id := text(args[resource.PropertyKey(r.argument)])
		p.record.mu.Lock()
		defer p.record.mu.Unlock()
		found := id
		if r.id != nil {
			found = r.id(p, c, id)
		}
		e := p.imported(c, resource.URN("urn:pulumi:read::read::"+r.typ+"::"+id), found)
		if e == nil {
			return nil, refusal(resource.URN("urn:pulumi:read::read::"+r.typ+"::"+id), "reading %s (%s): couldn't find resource", r.typ, id)
		}
		answer := map[string]any{}
		for name, value := range e.Outputs {
			answer[name] = value
		}
		answer["id"] = e.ID
		for name, of := range r.names {
			answer[name] = of(e)
		}
		if r.typ == catalogue.RouteTable {
			answer["associations"] = p.associationsOf(e)
		}
		if r.typ == catalogue.DatabaseSubnetGroup {
			for _, subnet := range e.in().Texts("subnetIds") {
				answer["vpcId"] = strings.Join(p.vpcOf(e, subnet), "")
			}
		}
		return answer, nil
	}
}

// associationsOf are the subnets of a route table.
func (p *Provider) associationsOf(table *Entry) []any {
	associations := []any{}
	for _, user := range p.users(table) {
		if user.Type == catalogue.RouteTableAssociation {
			associations = append(associations, map[string]any{
				"routeTableAssociationId": user.ID, "routeTableId": table.ID, "subnetId": user.in().Text("subnetId"), "gatewayId": "", "main": false,
			})
		}
	}
	return associations
}

// gatewayOf finds the internet gateway of a VPC.
func gatewayOf(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	const attached = "attachment.vpc-id"
	by, err := ec2Filters(args, attached)
	if err != nil {
		return nil, err
	}
	for _, e := range p.listed(c, catalogue.InternetGateway) {
		if vpc := e.in().Text("vpcId"); len(by[attached]) == 1 && vpc == by[attached][0] {
			return map[string]any{"id": e.ID, "internetGatewayId": e.ID, "attachments": []any{map[string]any{"vpcId": vpc, "state": "available"}}}, nil
		}
	}
	return nil, refusal("urn:pulumi:read::read::"+catalogue.InternetGateway+"::gateway", "no matching EC2 Internet Gateway found")
}

// routeTablesOf lists the route tables of a VPC, without the main one, which nothing in a state stands for.
func routeTablesOf(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	ids := []any{}
	for _, e := range p.listed(c, catalogue.RouteTable) {
		if e.in().Text("vpcId") == text(args["vpcId"]) {
			ids = append(ids, e.ID)
		}
	}
	return map[string]any{"id": c.region, "ids": ids}, nil
}

// onlyOf makes a rule: there is only one of its type for what an input names.
func onlyOf(input, says string) rule {
	return func(p *Provider, e *Entry) error {
		of := e.in().Text(input)
		for _, other := range p.record.index.find(byUse(e.Account, of)) {
			if of != "" && other.Type == e.Type && other.key() != e.key() && other.in().Text(input) == of {
				return e.refusal("Resource.AlreadyAssociated: "+says, of, other.ID)
			}
		}
		return nil
	}
}
