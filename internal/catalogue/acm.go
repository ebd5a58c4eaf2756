package catalogue

// Resource types of Certificate Manager.
const (
	Certificate           = "aws:acm/certificate:Certificate"
	CertificateValidation = "aws:acm/certificateValidation:CertificateValidation"
)

var _ = add([]Type{
	{Token: Certificate, ID: "arn:{partition}:acm:{region}:{account}:certificate/{uuid}",
		Replaces: []string{
			"domainName", "subjectAlternativeNames", "validationMethod", "validationOptions", "keyAlgorithm",
			"certificateAuthorityArn",
		},
		InUseBy: []string{Listener, Distribution}, Box: "dns", Holds: Nothing, Costs: Free, Failure: "without it nobody connects"},
	{Token: CertificateValidation, ID: "{certificateArn}", PartOf: Link{"certificateArn", Certificate},
		Replaces: []string{"validationRecordFqdns"}, Box: "dns", Inert: true},
})
