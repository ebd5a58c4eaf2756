package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

func TestSecretIsFound(t *testing.T) {
	id, out := newClient(t).made(catalogue.Secret, "secret", values{"name": "legops/prod"})
	assert.Regexp(t, `^arn:aws:secretsmanager:us-east-1:111111111111:secret:legops/prod-[A-Za-z0-9]{6}$`, id)
	assert.Equal(t, id, out["arn"])
}
