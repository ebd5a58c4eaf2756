package cloud

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Tagged is what `aws resourcegroupstaggingapi get-resources` prints of an account and region, with filters for tags. What lives in no region is
// listed in us-east-1.
func (p *Provider) Tagged(account, region string, filters map[string]string) ([]byte, error) {
	type object = map[string]any
	listed := []object{}
	for _, e := range p.record.Entries(account) {
		at := e.Region
		if placeOf(e.Type, region) == "" {
			at = "us-east-1"
		}
		tags := model.Values(e.Outputs).Values("tagsAll")
		if at != region || !strings.HasPrefix(e.Type, "aws:") || !catalogue.Of(e.Type).Listed() || len(tags) == 0 {
			continue
		}
		arn := model.Values(e.Outputs).Text("arn")
		if arn == "" {
			arn = p.arn(e.connection(), e.Type, e.ID, e.Inputs)
		}
		matches, pairs := true, []object{}
		for key, value := range filters {
			matches = matches && tags.Text(key) == value
		}
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			pairs = append(pairs, object{"Key": key, "Value": tags.Text(key)})
		}
		if matches {
			listed = append(listed, object{"ResourceARN": arn, "Tags": pairs})
		}
	}
	return json.MarshalIndent(object{"ResourceTagMappingList": listed}, "", "    ")
}
