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

// certificatesBuild is what the steps of NewCertificates share.
type certificatesBuild struct {
	kit.Build
	args *CertificatesArgs
	c    *Certificates
}

// NewCertificates requests the certificates, proves that the names are ours, and waits until they are issued.
func NewCertificates(ctx *pulumi.Context, name string, args *CertificatesArgs, opts ...pulumi.ResourceOption) (*Certificates, error) {
	b := &certificatesBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Certificates{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create)
}

func (a *CertificatesArgs) check(p *kit.Problems) { requireOrigin(p, a.Domain, a.Origin) }

func (b *certificatesBuild) create() error {
	inUsEast1 := pulumi.Provider(b.args.Global)
	regional, err := b.certificate("-regional", []string{b.args.Domain, b.args.Origin})
	if err != nil {
		return err
	}
	global, err := b.certificate("-global", []string{b.args.Domain}, inUsEast1)
	if err != nil {
		return err
	}
	// ACM asks for the same record for a name in every region of an account: the global certificate needs none of its own.
	domain, err := b.validationRecord("-domain", regional, b.args.Domain)
	if err != nil {
		return err
	}
	origin, err := b.validationRecord("-origin", regional, b.args.Origin)
	if err != nil {
		return err
	}
	if b.c.RegionalArn, err = b.issued("-regional", regional, pulumi.StringArray{domain.Fqdn, origin.Fqdn}); err != nil {
		return err
	}
	b.c.GlobalArn, err = b.issued("-global", global, pulumi.StringArray{domain.Fqdn}, inUsEast1)
	return err
}

func (b *certificatesBuild) certificate(suffix string, names []string, opts ...pulumi.ResourceOption) (*acm.Certificate, error) {
	args := &acm.CertificateArgs{
		DomainName:       pulumi.String(names[0]),
		ValidationMethod: pulumi.String("DNS"),
	}
	if len(names) > 1 {
		args.SubjectAlternativeNames = pulumi.ToStringArray(names[1:])
	}
	return acm.NewCertificate(b.Ctx, b.Name+suffix, args, append(opts, b.Parent)...)
}

// validationRecord creates the record by which ACM sees that a name is ours. It may overwrite: whatever certificate
// of the account asks for the name, the record is the same.
func (b *certificatesBuild) validationRecord(suffix string, of *acm.Certificate, domain string) (*route53.Record, error) {
	option := of.DomainValidationOptions.ApplyT(func(all []acm.CertificateDomainValidationOption) (acm.CertificateDomainValidationOption, error) {
		return optionFor(all, domain)
	}).(acm.CertificateDomainValidationOptionOutput)
	return route53.NewRecord(b.Ctx, b.Name+suffix, &route53.RecordArgs{
		ZoneId:         pulumi.String(b.args.ZoneID),
		Name:           option.ResourceRecordName().Elem(),
		Type:           option.ResourceRecordType().Elem(),
		Records:        pulumi.StringArray{option.ResourceRecordValue().Elem()},
		Ttl:            pulumi.Int(300),
		AllowOverwrite: pulumi.Bool(true),
	}, b.Parent)
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
func (b *certificatesBuild) issued(suffix string, certificate *acm.Certificate, records pulumi.StringArray, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	validation, err := acm.NewCertificateValidation(b.Ctx, b.Name+suffix, &acm.CertificateValidationArgs{
		CertificateArn:        certificate.Arn,
		ValidationRecordFqdns: records,
	}, append(opts, b.Parent)...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return validation.CertificateArn, nil
}
