package cloud

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/model"
)

func text(v resource.PropertyValue) string {
	if v.IsString() {
		return v.StringValue()
	}
	return ""
}

// plain are inputs as they travel: numbers are float64, an asset is an object.
func plain(values resource.PropertyMap) (model.Values, error) {
	wire, err := marshal(values)
	if err != nil {
		return nil, err
	}
	return wire.AsMap(), nil
}

// decode reads a provider property that travels as JSON text or as it is.
func decode(v resource.PropertyValue, into any) error {
	if v.IsNull() {
		return nil
	}
	encoded := []byte(text(v))
	if !v.IsString() {
		var err error
		if encoded, err = json.Marshal(v.Mappable()); err != nil {
			return err
		}
	}
	return json.Unmarshal(encoded, into)
}
