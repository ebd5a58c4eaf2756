package catalogue

// Resource types of Certificate Manager.
const (
	Certificate           = "aws:acm/certificate:Certificate"
	CertificateValidation = "aws:acm/certificateValidation:CertificateValidation"
)

var _ = add([]Type{
	{Token: Certificate, ID: "arn:{partition}:acm:{region}:{account}:certificate/{uuid}",
		InUseBy: []string{Listener, Distribution}, Box: "dns", Holds: Nothing, Costs: Free, Failure: "without it nobody connects", Restarts: uninterrupted,
		Metrics: []Metric{
			// Until the certificate is gone; ACM's last 395 days at most
			{Namespace: "AWS/CertificateManager", Names: []string{"DaysToExpiry"},
				Sets: [][]Dimension{{{"CertificateArn", Certificate, "arn"}}}, Statistics: gauge, Most: 395, Every: 12 * 3600,
				Source: "https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html"},
		}},
	{Token: CertificateValidation, ID: "{certificateArn}", PartOf: Link{"certificateArn", Certificate},
		Box: "dns", Inert: true},
})
