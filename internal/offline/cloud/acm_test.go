package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func TestCertificateRules(t *testing.T) {
	refuses(t, catalogue.Certificate, func(client) values {
		return values{"domainName": "legops.example", "subjectAlternativeNames": []any{"*.legops.example"}, "validationMethod": "DNS"}
	}, map[string]mistake{
		"no domain":  sets("domainName", "legops", `"legops" is no domain name`),
		"no method":  sets("validationMethod", nil, "validationMethod is \"\""),
		"many names": sets("subjectAlternativeNames", []any{"a.aa", "b.aa", "c.aa", "d.aa", "e.aa", "f.aa", "g.aa", "h.aa", "i.aa", "j.aa"}, "has 11 names, the quota is 10"),
	})
}

// The records that prove a name are the same for the certificates of all regions.
func TestCertificatesOfAllRegionsShareTheirProof(t *testing.T) {
	c := newClient(t)
	options := func(region string) []any {
		_, out := c.in(account, region).made(catalogue.Certificate, "certificate-"+region, values{
			"domainName": "legops.example", "subjectAlternativeNames": []any{"*.legops.example", "legops.example", "other.example"}, "validationMethod": "DNS",
		})
		return out["domainValidationOptions"].([]any)
	}
	here := options("us-east-1")
	assert.Equal(t, here, options("eu-west-1"))
	require.Len(t, here, 3)
	assert.Regexp(t, `^_[0-9a-f]{32}\.legops\.example\.$`, here[0].(values)["resourceRecordName"])
	assert.Equal(t, here[0].(values)["resourceRecordValue"], here[1].(values)["resourceRecordValue"], "a wildcard is proved with its domain")
}

func TestValidationRules(t *testing.T) {
	prove := func(option any) values {
		o := option.(values)
		return values{"zoneId": "Z1", "name": o["resourceRecordName"], "type": o["resourceRecordType"], "records": []any{o["resourceRecordValue"]}, "ttl": 60}
	}
	refuses(t, catalogue.CertificateValidation, func(c client) values {
		arn, out := c.made(catalogue.Certificate, "certificate", values{"domainName": "legops.example", "validationMethod": "DNS"})
		_, record := c.made(catalogue.DNSRecord, "proof", prove(out["domainValidationOptions"].([]any)[0]))
		return values{"certificateArn": arn, "validationRecordFqdns": []any{record["fqdn"]}}
	}, map[string]mistake{
		"no such certificate": sets("certificateArn", "arn:aws:acm:us-east-1:111111111111:certificate/x", "NotFound: certificateArn"),
		"another's record":    sets("validationRecordFqdns", []any{"_x.legops.example"}, "missing legops.example DNS validation record"),
		"no record": {func(c client, in values) {
			require.NoError(c.t, c.remove(catalogue.DNSRecord, "proof", "Z1_"+in["validationRecordFqdns"].([]any)[0].(string)+"._CNAME"))
		}, "PENDING_VALIDATION: no record"},
	})
}
