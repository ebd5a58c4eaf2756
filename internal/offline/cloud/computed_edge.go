package cloud

import (
	"strings"

	"legops/internal/catalogue"
)

// cloudFrontZone is the hosted zone of every distribution.
const cloudFrontZone = "Z2FDTNDATAQYW2"

// balancerZones are the hosted zones of application load balancers, for the regions in use; others get a stand-in.
var balancerZones = map[string]string{
	"us-east-1": "Z35SXDOTRQ7X7K", "us-east-2": "Z3AADJGX6KTTL2", "us-west-2": "Z1H1FL5HABSF5",
	"eu-west-1": "Z32O12XQLNTSW2", "eu-central-1": "Z215JYRZR1TBD5",
}

// edgeOutputs are what AWS computes for load balancers, certificates, CloudFront and WAF.
var edgeOutputs = map[string]map[string]func(made) any{
	catalogue.LoadBalancer: {
		"arnSuffix": func(m made) any { return afterLast(m.arn, ":loadbalancer/") },
		"dnsName": func(m made) any {
			prefix := map[bool]string{true: "internal-"}[m.inputs.Flag("internal")]
			return prefix + m.name() + "-" + m.digest("host")[:10] + "." + m.region() + ".elb." + m.suffix()
		},
		"zoneId": func(m made) any {
			return orElse(balancerZones[m.region()], "Z"+strings.ToUpper(digest(m.region(), "elb")[:13]))
		},
	},
	catalogue.TargetGroup: {"arnSuffix": func(m made) any { return afterLast(m.arn, ":") }},
	catalogue.Certificate: {
		"status":                  always("PENDING_VALIDATION"),
		"type":                    always("AMAZON_ISSUED"),
		"renewalEligibility":      always("INELIGIBLE"),
		"notBefore":               always(""),
		"notAfter":                always(""),
		"domainValidationOptions": func(m made) any { return validationOptions(m) },
	},
	catalogue.DNSRecord: {"fqdn": func(m made) any { return strings.TrimSuffix(m.inputs.Text("name"), ".") }},
	catalogue.Distribution: {
		"domainName":       func(m made) any { return "d" + m.digest("host")[:13] + ".cloudfront.net" },
		"hostedZoneId":     always(cloudFrontZone),
		"status":           always("Deployed"),
		"lastModifiedTime": always(creationTime),
	},
	catalogue.WebACL: {
		"capacity":                  always(float64(1)),
		"applicationIntegrationUrl": always(""),
	},
	catalogue.LogDeliverySource: {"service": func(m made) any { return serviceOf(m.inputs.Text("resourceArn")) }},
	catalogue.LogDeliveryDestination: {
		"deliveryDestinationType": func(m made) any {
			kinds := map[string]string{"s3": "S3", "logs": "CWL", "firehose": "FH"}
			return kinds[serviceOf(m.inputs.Text("deliveryDestinationConfiguration.destinationResourceArn"))]
		},
	},
}

// validationOptions are the records that ACM asks for, one for each name.
func validationOptions(m made) []any {
	options := []any{}
	for _, name := range certificateNames(m.inputs) {
		record, value := validation(m.connection.account, name)
		options = append(options, map[string]any{
			"domainName": name, "resourceRecordName": record, "resourceRecordType": "CNAME", "resourceRecordValue": value,
		})
	}
	return options
}

// serviceOf is the service in an ARN.
func serviceOf(arn string) string { return strings.Split(arn+":::", ":")[2] }

// afterLast is what follows the last separator, all of a text without one.
func afterLast(text, separator string) string {
	parts := strings.Split(text, separator)
	return parts[len(parts)-1]
}
