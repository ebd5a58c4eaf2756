package catalogue

// Resource types of Route 53.
const (
	DNSRecord = "aws:route53/record:Record"
)

var route53 = accountWide([]Type{
	{
		Token: DNSRecord, ID: "{zoneId}_{name}_{type}_{setIdentifier}",
		Replaces: none,
	},
})
