package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// adopting is a step that takes over a database.
func adopting(op string, old, new model.Values) model.Step {
	of := func(inputs model.Values) *model.Resource {
		return &model.Resource{URN: "urn:pulumi:dev::legops::" + catalogue.Database + "::rds-instance", Type: catalogue.Database, ID: "db-1", Custom: true, Inputs: inputs}
	}
	return model.Step{Op: op, Old: of(old), New: of(new), DetailedDiff: diffOf(old, new)}
}

func TestAdopted(t *testing.T) {
	s := Judge("dev", "development", model.NewPlan([]model.Step{adopting("import",
		model.Values{"identifier": "acme", "backupRetentionPeriod": 7.0, "kmsKeyId": "a", "instanceClass": "db.t3.medium", "tags": map[string]any{"team": "x"}},
		model.Values{"identifier": "acme", "backupRetentionPeriod": 1.0, "kmsKeyId": "a", "instanceClass": "db.t4g.medium", "manageMasterUserPassword": true, "tags": map[string]any{}},
	)}), nil)
	require.Len(t, s.Adopted, 1)
	assert.Equal(t, "Instance db-1, with the database. "+
		"Changed in place: backupRetentionPeriod: 7 → 1; instanceClass: db.t3.medium → db.t4g.medium; manageMasterUserPassword: none → true. "+
		"RDS makes a new password for the master user at once: whoever signs in with the present one is locked out. "+
		"It keeps, whatever the program asks for: kmsKeyId a (the storage stays under the key that it has)", s.Adopted[0].Text)
	require.Len(t, s.Risks, 1, "%v", s.Risks)
	assert.Contains(t, s.Risks[0].Text, "backups are kept for a shorter time")
	assert.Len(t, s.Restarts, 1, "another class moves the database")
	assert.True(t, s.NeedsApproval())
	assert.Equal(t, 1, s.Count(Adopted))
	assert.Contains(t, (&Report{Stacks: []*Stack{s}}).Headline(), "something adopted")

	same := model.Values{"identifier": "acme"}
	s = Judge("dev", "development", model.NewPlan([]model.Step{adopting("import", same, same)}), nil)
	require.Len(t, s.Adopted, 1)
	assert.Contains(t, s.Adopted[0].Text, "Nothing of it differs")

	// In place of one that the stack has made, which the engine deletes.
	s = Judge("dev", "development", model.NewPlan([]model.Step{adopting("import-replacement", same, same), adopting("replace", same, same)}), nil)
	assert.Empty(t, s.Adopted)
	assert.Equal(t, 1, s.Count(Replaced))
}
