package standards

import (
	"slices"

	"legops/internal/catalogue"
)

// Types of Pulumi itself and of its plugins that rules name.
const (
	clusterComponent = "eks:index:Cluster"
	provider         = "pulumi:providers:aws"
)

// refusedTypes are in the catalogue, for reviews and the simulated cloud, and no stack may have them. Neither are users and access keys of
// IAM, nor anything that has a public address of its own, and they are not to be.
var refusedTypes = []string{catalogue.AutoScalingTag, catalogue.IamPolicy, catalogue.OpenIDConnectProvider}

// allowedTypes are all that a stack may be made of: what the catalogue has, and what is no resource of a service.
var allowedTypes = append(
	slices.DeleteFunc(catalogue.Tokens(), func(typ string) bool { return slices.Contains(refusedTypes, typ) }),
	clusterComponent, provider, "legops:components:*",
	// Those without settings are default providers: what they make is listed as everything is.
	"pulumi:providers:eks", "pulumi:providers:kubernetes", "pulumi:providers:pulumi", "pulumi:providers:random", "pulumi:pulumi:Stack",
)

// holdingData are the types that hold data which no deployment can create again.
func holdingData() []string {
	var types []string
	for i := range catalogue.Types {
		if t := &catalogue.Types[i]; t.HoldsData() {
			types = append(types, t.Token)
		}
	}
	return types
}
