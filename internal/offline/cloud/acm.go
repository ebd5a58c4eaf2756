package cloud

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What ACM computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Certificate: {
		outputs: outputs{
			"status":                  always("PENDING_VALIDATION"),
			"type":                    always("AMAZON_ISSUED"),
			"renewalEligibility":      always("INELIGIBLE"),
			"notBefore":               always(""),
			"notAfter":                always(""),
			"domainValidationOptions": func(m made) any { return validationOptions(m) },
		},
		rules: []rule{certificateIsRequested},
	},
	catalogue.CertificateValidation: {rules: []rule{recordsProve}},
})

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

var domainName = regexp.MustCompile(`^(\*\.)?(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

// certificateIsRequested is ACM's rule on a request: names that can be, ten at most, and a way to prove them.
func certificateIsRequested(_ *Provider, e *Entry) error {
	if e.in().Has("certificateBody") {
		return nil // imported
	}
	all := certificateNames(e.in())
	for _, name := range all {
		if !domainName.MatchString(name) || len(name) > 253 {
			return e.refusal("ValidationException: %q is no domain name", name)
		}
	}
	switch method := e.in().Text("validationMethod"); {
	case method != "DNS" && method != "EMAIL":
		return e.refusal("ValidationException: validationMethod is %q, must be DNS or EMAIL", method)
	case len(all) > 10:
		return e.refusal("LimitExceededException: the certificate has %d names, the quota is 10", len(all))
	}
	return nil
}

// certificateNames are the names that a certificate is for, each once.
func certificateNames(in model.Values) []string {
	var names []string
	for _, name := range append(in.Texts("domainName"), in.Texts("subjectAlternativeNames")...) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// nameCovers says whether a name of a certificate, which may begin with a wildcard for one label, is good for a host.
func nameCovers(name, host string) bool {
	if suffix, wild := strings.CutPrefix(name, "*"); wild {
		label, covered := strings.CutSuffix(host, suffix)
		return covered && label != "" && !strings.Contains(label, ".")
	}
	return name == host
}

// validation is the DNS record that proves a name to ACM: the same for an account's certificates in all regions, and
// for a name and its wildcard.
func validation(account, name string) (record, value string) {
	base := strings.TrimPrefix(name, "*.")
	record = "_" + digest(account, base, "record")[:32] + "." + base + "."
	return record, "_" + digest(account, base, "value")[:32] + "." + digest(account, base)[:10] + ".acm-validations.aws."
}

// recordsProve is the rule that validation ends: every record that ACM asks for is there, as far as the program makes
// them. Without names of records somebody else makes them, and is believed.
func recordsProve(p *Provider, e *Entry) error {
	certificate := p.record.referred(e.Account, e.in().Text("certificateArn"))
	given := e.in().Texts("validationRecordFqdns")
	if certificate == nil || len(given) == 0 {
		return nil
	}
	for _, name := range certificateNames(certificate.in()) {
		record, value := validation(e.Account, name)
		host := strings.TrimSuffix(record, ".")
		named := func(fqdn string) bool { return strings.TrimSuffix(fqdn, ".") == host }
		if !slices.ContainsFunc(given, named) {
			return e.refusal("missing %s DNS validation record: %s", name, host)
		}
		proves := func(r *Entry) bool {
			return r.in().Text("type") == "CNAME" && slices.Contains(r.in().Texts("records"), value)
		}
		if !slices.ContainsFunc(p.record.index.find(byReference(e.Account, impliedName(catalogue.DNSRecord, host))), proves) {
			return e.refusal("PENDING_VALIDATION: no record %s with the value %s", host, value)
		}
	}
	return nil
}

// refuseUnissued says why a certificate cannot be used yet. One that is not in this account is taken as issued.
func (p *Provider) refuseUnissued(e *Entry, arn string) error {
	certificate := p.record.referred(e.Account, arn)
	if certificate == nil || certificate.in().Has("certificateBody") || p.usedBy(e.Account, arn, catalogue.CertificateValidation) {
		return nil
	}
	return e.refusal("UnsupportedCertificate: %s is not issued: nothing waits for its validation", resource.URN(certificate.URN).Name())
}
