package kit_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

type lampArgs struct {
	settings.Backup // whose Lock and CopyRetentionDays a stack file may leave out

	Name     string
	Watts    int
	KeyArn   pulumi.StringInput
	Cluster  pulumi.Resource `kit:"optional"`
	Location components.Location
	Shade    *components.Location
	Power    *components.Location
	Colour   string `json:"colour,omitempty" kit:"required"` // which a stack file may leave out, and the configuration has in the end
	hidden   string
}

func TestCheckReportsEverythingThatIsMissing(t *testing.T) {
	args := &lampArgs{Shade: &components.Location{Region: "eu-west-1"}}
	err := kit.Check("lamp", args).Err()
	assert.EqualError(t, err, strings.TrimSpace(`
lamp: Start is missing
lamp: Name is missing
lamp: KeyArn is missing
lamp: Location.Account is missing
lamp: Location.Region is missing
lamp: Shade.Account is missing
lamp: Power is missing
lamp: Colour is missing`))
	args.Start, args.Name, args.KeyArn, args.Colour = "07:00", "lamp", pulumi.String("key"), "red"
	args.Location = components.Location{Account: "111122223333", Region: "eu-west-1"}
	args.Shade, args.Power = &args.Location, &args.Location
	assert.NoError(t, kit.Check("lamp", args).Err())
	assert.Empty(t, args.hidden)
}
