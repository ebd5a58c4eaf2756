package cloud

import "legops/internal/catalogue"

// What Auto Scaling computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.AutoScalingGroup:      {rules: []rule{scalingGroupFits}},
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

// scalingGroupFits is Auto Scaling's rule that the desired size lies between its bounds, and that there is a place for
// instances and a template to make them.
func scalingGroupFits(_ *Provider, e *Entry) error {
	in := e.in()
	least, most := in.Number("minSize", 0), in.Number("maxSize", 0)
	desired := in.Number("desiredCapacity", least)
	switch {
	case least > desired || desired > most:
		return e.refusal("ValidationError: desired capacity %v must be between %v and %v", desired, least, most)
	case len(in.Texts("vpcZoneIdentifiers")) == 0 && len(in.Texts("availabilityZones")) == 0:
		return e.refusal("ValidationError: vpcZoneIdentifiers or availabilityZones must be given")
	case !in.Has("launchTemplate") && !in.Has("mixedInstancesPolicy") && !in.Has("launchConfiguration"):
		return e.refusal("ValidationError: launchTemplate or mixedInstancesPolicy must be given")
	}
	return nil
}
