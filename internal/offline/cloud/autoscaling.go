package cloud

import (
	"legops/internal/catalogue"
	"legops/internal/model"
)

// What Auto Scaling computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.AutoScalingGroup: {rules: []rule{
		whenValues(func(in model.Values) ([]any, bool) {
			least, most := in.Number("minSize", 0), in.Number("maxSize", 0)
			desired := in.Number("desiredCapacity", least)
			return []any{desired, least, most}, least > desired || desired > most
		}, "ValidationError: desired capacity {} must be between {} and {}"),
		when(func(in model.Values) bool { return given(in, "vpcZoneIdentifiers", "availabilityZones") == 0 },
			"ValidationError: vpcZoneIdentifiers or availabilityZones must be given"),
		when(func(in model.Values) bool {
			return given(in, "launchTemplate", "mixedInstancesPolicy", "launchConfiguration") == 0
		},
			"ValidationError: launchTemplate or mixedInstancesPolicy must be given"),
	}},
	catalogue.AutoScalingAttachment: {rules: []rule{targetsAreInstances}},
})

// targetsAreInstances is Auto Scaling's rule that a group can be attached only to targets that are instances.
func targetsAreInstances(p *Provider, e *Entry) error {
	group := p.record.referred(e.Account, e.in().Text("lbTargetGroupArn"))
	if group != nil && orElse(group.in().Text("targetType"), "instance") != "instance" {
		return e.refusal("ValidationError: the targets of %s are of type %s, must be instance", nameOf(group.Type, group.in()), group.in().Text("targetType"))
	}
	return nil
}
