package catalogue

// Resource types of CodeConnections.
const (
	CodeConnection = "aws:codeconnections/connection:Connection"
)

var _ = add([]Type{
	{Token: CodeConnection, ID: "arn:{partition}:codeconnections:{region}:{account}:connection/{uuid}",
		Name: Name{Input: "name", Form: form(`^.{1,32}$`)}, Box: "github",
		Holds: Nothing, Costs: Free, Failure: "code comes through it", Restarts: uninterrupted, Unwatched: "mirrors that cannot read tell"},
})
