package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// replacement is what makes another resource of one, and in which order.
type replacement struct {
	// known is the provider's own schema; paths are what else replaces.
	known      *catalogue.Provider
	paths      []model.Path
	olds, news resource.PropertyMap
	// first says that the old one is deleted before the new one is created.
	first bool
}

// by says whether a change at a path makes the replacement necessary.
func (r replacement) by(path model.Path, removed bool) bool {
	block := r.news
	if removed {
		block = r.olds
	}
	has := func(input string) bool { return model.Get(block.Mappable(), input) != nil }
	return r.known.ReplacedAt(withoutPlaces(path), removed, has) || slices.ContainsFunc(r.paths, func(by model.Path) bool {
		return by.Contains(path) || path.Contains(by)
	})
}

// withoutPlaces is a path with [*] for the elements of lists, as the catalogue writes it.
func withoutPlaces(path model.Path) string {
	var text strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			text.WriteString("[*]")
		case string:
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(step)
		}
	}
	return text.String()
}

// replacementOf compares a resource's inputs by what its provider cannot change.
func replacementOf(c *connection, urn resource.URN, olds, news resource.PropertyMap) replacement {
	typ := string(urn.Type())
	known := catalogue.Of(typ)
	r := replacement{known: known.Provider(), olds: olds, news: news}
	for _, path := range slices.Concat(replacingObject(c, typ), known.Replaces) {
		bare := strings.TrimRight(path, "!")
		if mustReplace(path[len(bare):], at(olds, bare), at(news, bare)) {
			r.paths = append(r.paths, model.ParsePath(bare))
		}
	}
	if more := simulated[typ].replaces; more != nil {
		for _, path := range more(olds, news) {
			r.paths = append(r.paths, model.ParsePath(path))
		}
	}
	r.first = deletedFirst(known, urn, olds, news)
	return r
}

// deletedFirst says whether a replacement deletes first. Pulumi's bridge does so where the program gave the physical name, changed or
// not, and creates first where the name was automatic, since it draws another one (nameRequiresDeleteBeforeReplace in
// pkg/tfbridge/schema.go, pulumi-terraform-bridge v3.110.0). It does not look at names of types of the plugin framework
// (pkg/pf/tfbridge/provider_diff.go). The Kubernetes provider looks whether a name that the program gave stays, and the namespace
// (Diff in provider/pkg/provider/provider.go, pulumi-kubernetes v4.30.0).
func deletedFirst(known *catalogue.Type, urn resource.URN, olds, news resource.PropertyMap) bool {
	if p := known.Provider(); p != nil {
		name := ""
		if p.AutoName != "" {
			name = text(at(news, p.AutoName))
		}
		return p.DeleteFirst || !p.Framework && name != "" && !isAutomatic(urn, name)
	}
	same := func(path string) bool { return at(olds, path).DeepEquals(at(news, path)) }
	return isObject(known.Token) && at(news, `metadata.annotations["pulumi.com/autonamed"]`).IsNull() && same("metadata.name") && same("metadata.namespace")
}

// mustReplace compares a value by the mark behind its path.
func mustReplace(mark string, old, changed resource.PropertyValue) bool {
	if mark == "!" {
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
