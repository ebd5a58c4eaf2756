package cloud

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/model"
)

// plain are inputs as they travel: numbers are float64, an asset is an object.
func plain(values resource.PropertyMap) (model.Values, error) {
	wire, err := marshal(values)
	if err != nil {
		return nil, err
	}
	return wire.AsMap(), nil
}
