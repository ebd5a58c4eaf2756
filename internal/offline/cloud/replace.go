package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// replacedBy returns the inputs whose change makes a replacement necessary, of those of the type and the given ones.
func (p *Provider) replacedBy(typ string, olds, news resource.PropertyMap, more ...string) []string {
	paths := slices.Concat(more, catalogue.Of(typ).ReplacedBy())
	var changed []string
	if by := simulated[typ].replaces; by != nil {
		changed = by(olds, news)
	}
	for _, path := range paths {
		bare := strings.TrimRight(path, "?!")
		if !slices.Contains(changed, bare) && mustReplace(path[len(bare):], at(olds, bare), at(news, bare)) {
			changed = append(changed, bare)
		}
	}
	return changed
}

// mustReplace compares a value by the mark behind its path.
func mustReplace(mark string, old, changed resource.PropertyValue) bool {
	switch mark {
	case "?":
		return old.IsNull() != changed.IsNull()
	case "!":
		return isOn(old) && !isOn(changed) && !changed.IsComputed()
	}
	return !old.DeepEquals(changed)
}

// isOn says whether a switch is on, or whether there is anything of what is no switch.
func isOn(v resource.PropertyValue) bool {
	return isTrue(v) || !v.IsBool() && !v.IsNull() && (!v.IsArray() || len(v.ArrayValue()) > 0)
}

func isTrue(v resource.PropertyValue) bool { return v.IsBool() && v.BoolValue() }

// settle makes of inputs what the provider compares.
func settle(req *pulumirpc.DiffRequest, olds, news resource.PropertyMap) error {
	typ := string(resource.URN(req.GetUrn()).Type())
	if err := compareWithHeld(typ, olds, req.GetOlds()); err != nil {
		return err
	}
	ignore(req.GetIgnoreChanges(), olds, news)
	planned := simulated[typ].planned
	if planned == nil {
		return nil
	}
	stated, err := unmarshal(req.GetOlds())
	if err != nil {
		return err
	}
	if err := planned(stated, olds); err != nil {
		return err
	}
	return planned(stated, news)
}

// ignore takes what is ignored of some properties from others. The engine has done it by itself, except for the difference that a refresh
// shows (pulumi/pulumi v3.250.0, pkg/resource/deploy/step.go, RefreshStep.Apply).
func ignore(paths []string, olds, news resource.PropertyMap) {
	for _, text := range paths {
		if path, err := resource.ParsePropertyPath(text); err == nil {
			path.Reset(olds, news)
		}
	}
}

// at returns the value at a path: null where there is none, computed where something on the way is.
func at(values resource.PropertyMap, path string) resource.PropertyValue {
	value := resource.NewProperty(values)
	for _, step := range model.ParsePath(path) {
		if value.IsComputed() {
			return value
		}
		value, _ = model.Path{step}.Get(value)
	}
	return value
}
