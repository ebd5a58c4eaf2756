package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOriginSecretGoesUpByOne(t *testing.T) {
	const rejected = ", which the load balancer would reject before CloudFront sends another: "
	for name, c := range map[string]struct {
		sent, wanted int
		problem      string
	}{
		"no distribution yet": {0, 7, ""},
		"unchanged":           {2, 2, ""},
		"a new secret":        {2, 3, ""},
		"two at once": {2, 4, "legops:cdn.originSecretGeneration: 4: CloudFront sends the secret of generation 2" + rejected +
			"set it to 3, deploy, and go on from there"},
		"down": {2, 1, "legops:cdn.originSecretGeneration: 1: CloudFront sends the secret of generation 2" + rejected +
			"set it to 2, or to 3 for a new secret: it never goes down"},
	} {
		config := loaded(t, "dev", set("cdn.originSecretGeneration", c.wanted))
		if err := config.CheckOriginSecret(c.sent); c.problem == "" {
			assert.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, c.problem, name)
		}
	}
}
