package edge_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/edge"
	"legops/components/internal/componenttest"
)

func certificates(args edge.CertificatesArgs) componenttest.Construct {
	return componenttest.Globally(func(ctx *pulumi.Context, global pulumi.ProviderResource, opts ...pulumi.ResourceOption) error {
		if args.Domain != "" {
			args.Global = global
		}
		_, err := edge.NewCertificates(ctx, "certificates", &args, opts...)
		return err
	})
}

var certificatesArgs = edge.CertificatesArgs{Domain: "legops.example", Origin: "origin.legops.example", ZoneID: "Z0123456789ABCDEFGHIJ"}

func TestCertificates(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Certificates", "certificates", certificates(certificatesArgs), "certificates-global")
	componenttest.Expect(t, r.One(t, "aws:acm/certificate:Certificate", "certificates-regional"), map[string]any{
		"domainName": "legops.example", "subjectAlternativeNames": []any{"origin.legops.example"}, "validationMethod": "DNS",
	})
	componenttest.Expect(t, r.One(t, "aws:acm/certificate:Certificate", "certificates-global"), map[string]any{
		"domainName": "legops.example", "subjectAlternativeNames": nil, "validationMethod": "DNS",
	})
}

func TestCertificatesValidation(t *testing.T) {
	r := componenttest.Record(t, certificates(certificatesArgs))
	// One record per name, each with what ACM asks for that name, whatever the order it is asked in.
	assert.Len(t, r.OfType("aws:route53/record:Record"), 2)
	for record, domain := range map[string]string{"certificates-domain": "legops.example", "certificates-origin": "origin.legops.example"} {
		componenttest.Expect(t, r.One(t, "aws:route53/record:Record", record), map[string]any{
			"zoneId": "Z0123456789ABCDEFGHIJ", "name": "_validate." + domain, "type": "CNAME",
			"records": []any{"proof-of." + domain}, "ttl": 300.0, "allowOverwrite": true,
		})
	}
	componenttest.Expect(t, r.One(t, "aws:acm/certificateValidation:CertificateValidation", "certificates-regional"), map[string]any{
		"certificateArn":        "arn:of:certificates-regional",
		"validationRecordFqdns": []any{"certificates-domain-fqdn", "certificates-origin-fqdn"},
	})
	componenttest.Expect(t, r.One(t, "aws:acm/certificateValidation:CertificateValidation", "certificates-global"), map[string]any{
		"certificateArn": "arn:of:certificates-global", "validationRecordFqdns": []any{"certificates-domain-fqdn"},
	})
}

func TestCertificatesOutputs(t *testing.T) {
	var got []any
	r := componenttest.Record(t, componenttest.Globally(func(ctx *pulumi.Context, global pulumi.ProviderResource, opts ...pulumi.ResourceOption) error {
		args := certificatesArgs
		args.Global = global
		c, err := edge.NewCertificates(ctx, "certificates", &args, opts...)
		if err != nil {
			return err
		}
		ctx.Export("values", pulumi.All(c.RegionalArn, c.GlobalArn).ApplyT(func(resolved []any) string { got = resolved; return "" }))
		return nil
	}))
	assert.Equal(t, []any{"arn:of:certificates-regional", "arn:of:certificates-global"}, got)
	assert.Len(t, r.OfType("aws:acm/certificateValidation:CertificateValidation"), 2)
}

func TestCertificatesRefuses(t *testing.T) {
	componenttest.Refuses(t, certificates(edge.CertificatesArgs{}),
		"Certificates certificates: Domain is missing", `Origin "" must be a name below Domain ""`, "ZoneID is missing", "Global is missing")
	componenttest.RefusesEach(t, certificates, func() edge.CertificatesArgs { return certificatesArgs }, map[string]func(*edge.CertificatesArgs){
		`Origin "origin.other.example" must be a name below`: func(a *edge.CertificatesArgs) { a.Origin = "origin.other.example" },
		`Origin "evillegops.example" must be a name below`:   func(a *edge.CertificatesArgs) { a.Origin = "evillegops.example" },
	})
}
