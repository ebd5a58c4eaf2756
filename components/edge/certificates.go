package edge

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// requireOrigin notes a load balancer's name that is not below the platform's.
func requireOrigin(p *kit.Problems, domain, origin string) {
	p.Require(strings.HasSuffix(origin, "."+domain), "Origin %q must be a name below Domain %q", origin, domain)
}

// CertificatesArgs are the arguments of Certificates.
type CertificatesArgs struct {
	// Domain is the public name of the platform, such as legops.example.
	Domain string
	// Origin is the name of the load balancer, below Domain: origin.legops.example.
	Origin string
	// ZoneID is the id of the public Route 53 zone of Domain.
	ZoneID string
	// Global is the AWS provider of us-east-1, the only region whose certificates CloudFront takes.
	Global pulumi.ProviderResource
}

// Certificates are the TLS certificates, which ACM renews as long as the validation records are there.
type Certificates struct {
	pulumi.ResourceState

	// RegionalArn is the certificate of the load balancer, once issued. It holds both names: CloudFront asks the load
	// balancer for the name that the visitor asked for.
	RegionalArn pulumi.StringOutput `pulumi:"regionalArn"`
	// GlobalArn is the certificate of CloudFront, once issued.
	GlobalArn pulumi.StringOutput `pulumi:"globalArn"`
}

// NewCertificates requests the certificates, proves that the names are ours, and waits until they are issued.
func NewCertificates(ctx *pulumi.Context, name string, args *CertificatesArgs, opts ...pulumi.ResourceOption) (*Certificates, error) {
	p := kit.Check("certificates "+name, args)
	requireOrigin(p, args.Domain, args.Origin)
	if err := p.Err(); err != nil {
		return nil, err
	}

	c := &Certificates{}
	if err := ctx.RegisterComponentResource("legops:components:Certificates", name, c, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(c)
	regional, err := newCertificate(ctx, name+"-regional", []string{args.Domain, args.Origin}, parent)
	if err != nil {
		return nil, err
	}
	global, err := newCertificate(ctx, name+"-global", []string{args.Domain}, parent, pulumi.Provider(args.Global))
	if err != nil {
		return nil, err
	}
	// ACM asks for the same record for a name in every region of an account: the global certificate needs none of its own.
	domain, err := newValidationRecord(ctx, name+"-domain", args.ZoneID, regional, args.Domain, parent)
	if err != nil {
		return nil, err
	}
	origin, err := newValidationRecord(ctx, name+"-origin", args.ZoneID, regional, args.Origin, parent)
	if err != nil {
		return nil, err
	}
	if c.RegionalArn, err = issued(ctx, name+"-regional", regional, pulumi.StringArray{domain.Fqdn, origin.Fqdn}, parent); err != nil {
		return nil, err
	}
	if c.GlobalArn, err = issued(ctx, name+"-global", global, pulumi.StringArray{domain.Fqdn}, parent, pulumi.Provider(args.Global)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"regionalArn": c.RegionalArn, "globalArn": c.GlobalArn})
}

func newCertificate(ctx *pulumi.Context, name string, names []string, opts ...pulumi.ResourceOption) (*acm.Certificate, error) {
	args := &acm.CertificateArgs{
		DomainName:       pulumi.String(names[0]),
		ValidationMethod: pulumi.String("DNS"),
	}
	if len(names) > 1 {
		args.SubjectAlternativeNames = pulumi.ToStringArray(names[1:])
	}
	return acm.NewCertificate(ctx, name, args, opts...)
}

// newValidationRecord creates the record by which ACM sees that a name is ours. It may overwrite: whatever certificate
// of the account asks for the name, the record is the same.
func newValidationRecord(ctx *pulumi.Context, name, zone string, of *acm.Certificate, domain string, opts ...pulumi.ResourceOption) (*route53.Record, error) {
	option := of.DomainValidationOptions.ApplyT(func(all []acm.CertificateDomainValidationOption) (acm.CertificateDomainValidationOption, error) {
		return optionFor(all, domain)
	}).(acm.CertificateDomainValidationOptionOutput)
	return route53.NewRecord(ctx, name, &route53.RecordArgs{
		ZoneId:         pulumi.String(zone),
		Name:           option.ResourceRecordName().Elem(),
		Type:           option.ResourceRecordType().Elem(),
		Records:        pulumi.StringArray{option.ResourceRecordValue().Elem()},
		Ttl:            pulumi.Int(300),
		AllowOverwrite: pulumi.Bool(true),
	}, opts...)
}

// optionFor finds what ACM asks for a name. The options are a set: their order means nothing and can change.
func optionFor(all []acm.CertificateDomainValidationOption, domain string) (acm.CertificateDomainValidationOption, error) {
	for _, option := range all {
		if option.DomainName != nil && *option.DomainName == domain {
			return option, nil
		}
	}
	return acm.CertificateDomainValidationOption{}, fmt.Errorf("ACM asks for no record that validates %s", domain)
}

// issued waits until ACM has issued the certificate.
func issued(ctx *pulumi.Context, name string, certificate *acm.Certificate, records pulumi.StringArray, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	validation, err := acm.NewCertificateValidation(ctx, name, &acm.CertificateValidationArgs{
		CertificateArn:        certificate.Arn,
		ValidationRecordFqdns: records,
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return validation.CertificateArn, nil
}
