package catalogue

// Resource types of CodeConnections.
const (
	CodeConnection = "aws:codeconnections/connection:Connection"
)

var codeconnections = []Type{
	{
		Token: CodeConnection, ID: "arn:{partition}:codeconnections:{region}:{account}:connection/{uuid}",
		Name:     Name{Input: "name", Form: form(`^.{1,32}$`)},
		Replaces: []string{"providerType", "hostArn"},
	},
}
