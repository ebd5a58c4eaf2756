package cloud

import "legops/internal/catalogue"

// What KMS computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Key: {
		keeps: keepsKey,
		outputs: outputs{
			"keyId": func(m made) any { return m.id },
		},
		rules: []rule{within(limit{"deletionWindowInDays", 7, 30}, limit{"rotationPeriodInDays", 90, 2560})},
	},
})

// ownKey is the alias of the key that a service uses if it is given none.
func (m made) ownKey(service string) string {
	return fill("arn:{partition}:kms:{region}:{account}:alias/aws/"+service, m.connection, m.typ, "", "", nil)
}
