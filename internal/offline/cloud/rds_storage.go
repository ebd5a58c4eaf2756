package cloud

import (
	"fmt"
	"math"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// databaseStorage is the rule on how large a database is and may grow.
func databaseStorage(p *Provider, e *Entry) error {
	in := e.in()
	if isCopy(in) {
		return nil // as large as what it comes from
	}
	size := in.Number("allocatedStorage", 0)
	if size < 20 || size > 65536 {
		return e.refusal("InvalidParameterValue: allocatedStorage is %v, must be 20 to 65536", size)
	}
	if old := p.record.entries[e.key()]; old != nil {
		// The provider sends what changes, and RDS holds it against what the database has.
		now := old.out().Number("allocatedStorage", 0)
		if size <= now && old.Inputs["maxAllocatedStorage"] == in["maxAllocatedStorage"] {
			return nil
		}
		size = max(size, now)
	}
	// Ten percent is what RDS asks for at least; the same size is no growth.
	if most := in.Number("maxAllocatedStorage", size); most != size && most*10 < size*11 {
		return e.refusal("InvalidParameterCombination: maxAllocatedStorage is %v, must be %v or at least 10%% more", most, size)
	}
	return nil
}

// stripedGiB is the size from which RDS spreads gp3 storage of PostgreSQL over four volumes (RDS User Guide, CHAP_Storage,
// gp3-storage; isStorageTypeGP3BelowAllocatedStorageThreshold in hashicorp/terraform-provider-aws, internal/service/rds/instance.go, 5.68
// and 6.13).
const stripedGiB = 400

// gp3 are the bounds of what gp3 storage does in a second: what it does below that size, and the least and most from it on.
var gp3 = map[string]struct{ below, least, most float64 }{
	"iops":              {3000, 12000, 64000},
	"storageThroughput": {125, 500, 4000}, // MiB
}

// baseline is what gp3 storage does in a second, unless another value was given.
func baseline(input string) func(made) any {
	return func(m made) any {
		switch {
		case m.inputs.Has(input) || m.inputs.Text("storageType") != "gp3":
			return m.inputs.Number(input, 0)
		case m.inputs.Number("allocatedStorage", 0) >= stripedGiB:
			return gp3[input].least
		}
		return gp3[input].below
	}
}

// plannedStorage is what the provider makes of a database's storage (hashicorp/terraform-provider-aws,
// internal/service/rds/instance.go, 5.68 and 6.13): it drops a smaller size where RDS may enlarge the storage by itself (DiffSuppressFunc of
// allocated_storage), and what is not given of the computed inputs keeps its value.
func plannedStorage(stated, inputs resource.PropertyMap) error {
	const size, most = "allocatedStorage", "maxAllocatedStorage"
	if now := stated[size]; now.IsNumber() && inputs[size].IsNumber() && now.NumberValue() > inputs[size].NumberValue() &&
		inputs[most].IsNumber() && inputs[most].NumberValue() > inputs[size].NumberValue() {
		inputs[size] = now
	}
	for input := range gp3 {
		key := resource.PropertyKey(input)
		if now, known := stated[key]; known && !inputs.HasValue(key) {
			inputs[key] = now
		}
	}
	return nil
}

// tenPercentMore is the size that RDS gives a database that has one, and is asked for another: 10 % more at least.
func tenPercentMore(now, asked any) any {
	present, known := now.(float64)
	size, given := asked.(float64)
	if !known || !given || size <= present {
		return asked
	}
	return max(size, math.Ceil(present*11/10))
}

// databaseShrinks is the rule that storage only grows.
func databaseShrinks(p *Provider, e *Entry) error {
	size := e.in().Number("allocatedStorage", 0)
	if old := p.record.entries[e.key()]; old != nil && size < old.out().Number("allocatedStorage", 0) {
		return e.refusal("InvalidParameterCombination: allocatedStorage is %v, storage cannot be reduced from %v", size, old.out()["allocatedStorage"])
	}
	return nil
}

// databaseGp3 is the rule on what gp3 storage may be asked to do in a second. It looks at what the provider sends
// (dbInstancePopulateModify in hashicorp/terraform-provider-aws, internal/service/rds/instance.go, 5.68 and 6.13): what changes and, with any
// change of the size from 400 GiB on, the IOPS. The words are RDS's: hashicorp/terraform-provider-aws#28382,
// crossplane-contrib/provider-aws#1630.
func databaseGp3(p *Provider, e *Entry) error {
	in := e.in()
	if in.Text("storageType") != "gp3" || isCopy(in) {
		return nil
	}
	size, now := in.Number("allocatedStorage", 0), model.Values{}
	if old := p.record.entries[e.key()]; old != nil {
		now = old.out()
	}
	resent := now["allocatedStorage"] != nil && now["allocatedStorage"] != in["allocatedStorage"] && size >= stripedGiB
	for _, input := range []string{"iops", "storageThroughput"} {
		value := in.Number(input, 0)
		if !in.Has(input) || now[input] == in[input] && (input != "iops" || !resent) {
			continue // not sent
		}
		if size < stripedGiB {
			return e.refusal("InvalidParameterCombination: You can't specify IOPS or storage throughput for engine %s and a storage size less than %d",
				in.Text("engine"), stripedGiB)
		}
		if value < gp3[input].least || value > gp3[input].most {
			return e.refusal("InvalidParameterCombination: Invalid %s value for engine name %s and storage type gp3: %v", input, in.Text("engine"), value)
		}
	}
	return nil
}

// Grow enlarges the storage of databases of a URN's name, as RDS does by itself where they are full. Pulumi hears of it at the next refresh.
func (p *Provider) Grow(name string, gib int) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, e := range p.record.index.find(byType(catalogue.Database)) {
		if resource.URN(e.URN).Name() != name {
			continue
		}
		if most := e.in().Number("maxAllocatedStorage", 0); float64(gib) > most {
			return e.refusal("RDS does not enlarge storage to %d, beyond maxAllocatedStorage, which is %v", gib, most)
		}
		grown := *e
		grown.Inputs = model.Values{}
		for input, value := range e.Inputs {
			if _, follows := gp3[input]; !follows || gib < stripedGiB {
				grown.Inputs[input] = value
			}
		}
		grown.Inputs["allocatedStorage"] = float64(gib)
		p.answered(e.connection(), &grown)
		return p.record.commit(change{Put: &grown})
	}
	return fmt.Errorf("there is no database %s to enlarge", name)
}

// databaseNamed answers which of the databases in a filter there are.
func databaseNamed(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	var filters []struct {
		Name   string
		Values []string
	}
	if err := decode(args["filters"], &filters); err != nil {
		return nil, err
	}
	if len(filters) != 1 || filters[0].Name != "db-instance-id" {
		return nil, status.Error(codes.Unimplemented, "the simulated cloud finds databases by one filter, db-instance-id")
	}
	names, arns := []any{}, []any{}
	for _, e := range p.listed(c, catalogue.Database) {
		if name := e.in().Text("identifier"); slices.Contains(filters[0].Values, name) {
			names, arns = append(names, name), append(arns, e.Outputs["arn"])
		}
	}
	return map[string]any{"id": c.region, "instanceIdentifiers": names, "instanceArns": arns}, nil
}

// databaseFound answers what a database has and runs.
func databaseFound(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	name := text(args["dbInstanceIdentifier"])
	for _, e := range p.listed(c, catalogue.Database) {
		if e.in().Text("identifier") == name {
			return map[string]any{
				"id": e.ID, "dbInstanceIdentifier": name, "allocatedStorage": e.Outputs["allocatedStorage"], "maxAllocatedStorage": e.Outputs["maxAllocatedStorage"],
				"engineVersion": e.Outputs["engineVersionActual"], "engine": e.in().Text("engine"), "storageEncrypted": e.in().Flag("storageEncrypted"),
				"resourceId": e.ID, "dbSubnetGroup": e.in().Text("dbSubnetGroupName"), "dbName": e.in().Text("dbName"), "masterUsername": e.in().Text("username"),
				"dbParameterGroups": []any{e.in().Text("parameterGroupName")},
			}, nil
		}
	}
	return nil, status.Errorf(codes.NotFound, "reading RDS DB Instance (%s): couldn't find resource", name)
}
