package review

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// A class that its environment may not have says which key it is, and where more is allowed.
func TestSizesSayWhereMoreIsAllowed(t *testing.T) {
	r := &model.Resource{URN: "urn:pulumi:dev::legops::" + catalogue.Database + "::rds-instance", Type: catalogue.Database, Custom: true, Inputs: model.Values{"instanceClass": "db.r7g.large"}}
	found := broken(model.NewPlan([]model.Step{{Op: "create", New: r}}), "development")
	at := slices.IndexFunc(found, func(f Finding) bool { return strings.HasPrefix(f.Text, "RDS-SIZE") })
	require.GreaterOrEqual(t, at, 0)
	assert.Equal(t, "RDS-SIZE: instanceClass is db.r7g.large: it has to be of db.t4g, up to medium; a slip of one word multiplies the bill: "+
		"set legops:rds.instanceClass in the stack file to one of those, or allow more in internal/standards/rules_data.go", found[at].Text)
}
