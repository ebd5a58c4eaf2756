package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/components/edge"
	"legops/components/foundation"
	"legops/internal/settings"
	"legops/stacks"
)

// edge is a request's path from the browser to the cluster: CloudFront with its firewall, then the load balancer.
func (p *Platform) edge(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	origin := stacks.OriginName(p.domain)
	if p.Certificates, err = edge.NewCertificates(ctx, "certificates", &edge.CertificatesArgs{
		Domain: p.domain,
		Origin: origin,
		ZoneID: cfg.Domain.HostedZoneID,
		Global: p.Providers.Global,
	}, p.onAws()); err != nil {
		return err
	}
	if p.LoadBalancer, err = edge.NewLoadBalancer(ctx, "loadbalancer", &edge.LoadBalancerArgs{
		Name:              p.name,
		Location:          p.location,
		VpcID:             p.Network.VpcID,
		SubnetIDs:         p.Network.PublicSubnetIDs,
		CertificateArn:    p.Certificates.RegionalArn,
		Origin:            origin,
		ZoneID:            cfg.Domain.HostedZoneID,
		NodePort:          apps.IngressNodePort,
		HealthPath:        apps.IngressHealthPath,
		AutoScalingGroups: p.Eks.NodesAutoScalingGroups,
		LogBucket:         p.Storage.LogBucket,
		SecretGeneration:  cfg.Cdn.OriginSecretGeneration,
		Protect:           cfg.DeletionProtection,
	}, p.onAws()); err != nil {
		return err
	}
	if p.Firewall, err = edge.NewFirewall(ctx, "firewall", &edge.FirewallArgs{
		Firewall:     cfg.Cdn.Firewall,
		Name:         p.name,
		Location:     p.globalLocation,
		Unlimited:    p.unlimited(cfg),
		Uploads:      settings.Uploads(cfg.Applications),
		LogRetention: cfg.Monitoring.LogRetention,
		LogKeyArn:    p.GlobalEncryption.Keys[foundation.KeyLogs],
		Protect:      cfg.DeletionProtection,
	}, p.onGlobal()); err != nil {
		return err
	}
	p.Cdn, err = edge.NewCdn(ctx, "cdn", &edge.CdnArgs{
		Cdn:            cfg.Cdn,
		Name:           p.name,
		Location:       p.globalLocation,
		Applications:   cfg.Applications,
		Domain:         p.domain,
		Origin:         origin,
		ZoneID:         cfg.Domain.HostedZoneID,
		OriginSecret:   p.LoadBalancer.OriginSecret,
		CertificateArn: p.Certificates.GlobalArn,
		WebACLArn:      p.Firewall.WebACLArn,
		LogBucketArn:   p.Storage.LogBucketArn,
	}, p.onGlobal())
	return err
}
