package cloud

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
)

// keepSecrets is how values cross the wire between Pulumi's state, which knows what is secret, and the provider.
var keepSecrets = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, SkipNulls: true}

// answer puts outputs on the wire. What came in as a secret, and what the SDK says is one, goes out as one: otherwise
// Pulumi's state would hold it in the clear.
func (p *Provider) answer(typ string, outputs resource.PropertyMap, asked ...*structpb.Struct) (*structpb.Struct, error) {
	for _, wire := range asked {
		inputs, err := plugin.UnmarshalProperties(wire, keepSecrets)
		if err != nil {
			return nil, err
		}
		conceal(outputs, inputs)
	}
	for name, property := range p.schema.Resources[typ].Outputs {
		key := resource.PropertyKey(name)
		if value, ok := outputs[key]; ok && property.Secret && !value.IsSecret() {
			outputs[key] = resource.MakeSecret(value)
		}
	}
	return plugin.MarshalProperties(outputs, keepSecrets)
}

// conceal makes secret in the outputs what is secret in the inputs.
func conceal(outputs, inputs resource.PropertyMap) {
	for key, input := range inputs {
		if output, ok := outputs[key]; ok {
			outputs[key] = concealed(output, input)
		}
	}
}

func concealed(output, input resource.PropertyValue) resource.PropertyValue {
	switch {
	case output.IsSecret() || !input.ContainsSecrets():
		return output
	case input.IsObject() && output.IsObject():
		conceal(output.ObjectValue(), input.ObjectValue())
		return output
	case input.IsArray() && output.IsArray() && len(input.ArrayValue()) == len(output.ArrayValue()):
		for i, element := range input.ArrayValue() {
			output.ArrayValue()[i] = concealed(output.ArrayValue()[i], element)
		}
		return output
	}
	return resource.MakeSecret(output)
}
