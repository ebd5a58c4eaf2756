package catalogue

// Resource types of Route 53.
const (
	DNSRecord = "aws:route53/record:Record"
)

var _ = add(accountWide([]Type{
	{Token: DNSRecord, ID: "{zoneId}_{name}_{type}_{setIdentifier}",
		Name: Name{Unnamed: "records of several types have one name"}, Box: "dns", Inert: true},
}))
