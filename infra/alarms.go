package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/foundation"
	"legops/components/operations"
	"legops/stacks"
)

// globalAlerts are the topics of us-east-1: an alarm can notify only a topic of its own region.
func (p *Platform) globalAlerts(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.GlobalAlerts, err = operations.NewAlerts(ctx, "alerts-edge", &operations.AlertsArgs{
		Name:     p.name + "-edge", // also where us-east-1 is the account's region
		Location: p.globalLocation,
		KeyArn:   p.GlobalEncryption.Keys[foundation.KeyAlerts],
		Emails:   cfg.Monitoring.AlarmEmails,

		PlannedChanges: p.globalLocation.Region != p.location.Region,
	}, p.onGlobal())
	return err
}

// layer is a section of the platform with its own alarms.
type layer struct {
	name   string
	alarms []operations.Alarm
	others map[operations.Severity][]pulumi.StringInput
	// below are the layers that it depends on.
	below []string
	// global is set if its metrics are in us-east-1.
	global bool
}

// watched is what alarms watch and dashboards show, with the thresholds.
type watched struct {
	edge     operations.EdgeAlarmArgs
	balancer operations.BalancerAlarmArgs
	cluster  operations.ClusterAlarmArgs
	database operations.DatabaseAlarmArgs
	search   operations.SearchAlarmArgs
}

func (p *Platform) watched(cfg *stacks.Config) watched {
	thresholds := cfg.Monitoring.Thresholds
	applications := make([]string, len(cfg.Applications))
	for i, application := range cfg.Applications {
		applications[i] = application.Name
	}
	return watched{
		edge: operations.EdgeAlarmArgs{
			Thresholds:     thresholds,
			DistributionID: p.Cdn.DistributionID,
			WebACL:         pulumi.String(p.name), // its metrics have the same name
			CertificateArn: p.Certificates.GlobalArn,
		},
		balancer: operations.BalancerAlarmArgs{
			Thresholds:     thresholds,
			LoadBalancer:   p.LoadBalancer.ArnSuffix,
			TargetGroup:    p.LoadBalancer.TargetGroupArnSuffix,
			CertificateArn: p.Certificates.RegionalArn,
		},
		cluster: operations.ClusterAlarmArgs{
			Thresholds:   thresholds,
			ClusterName:  p.Eks.ClusterName,
			Applications: applications,
		},
		database: operations.DatabaseAlarmArgs{
			Thresholds: thresholds,
			Rds:        cfg.Rds,
			Identifier: p.Rds.Identifier,
		},
		search: operations.SearchAlarmArgs{
			Thresholds: thresholds,
			OpenSearch: cfg.OpenSearch,
			DomainName: p.OpenSearch.DomainName,
			Account:    cfg.Account,
		},
	}
}

// layers are in the order of their dependencies, within a region.
func (p *Platform) layers(cfg *stacks.Config) []layer {
	w := p.watched(cfg)
	return []layer{
		{name: "database", alarms: operations.DatabaseAlarms(w.database)},
		{name: "search", alarms: operations.SearchAlarms(w.search)},
		{name: "queues", alarms: operations.QueueAlarms(p.Queues.PhysicalNames, p.Queues.DeadLetterNames, cfg.Monitoring.Thresholds.QueueAgeSeconds)},
		{name: "storage", alarms: operations.StorageAlarms(p.Storage.Names, p.Storage.ReplicaNames)},
		{name: "network", alarms: operations.NetworkAlarms(p.Network.NatGatewayIDs)},
		{name: "cluster", below: []string{"database", "search"}, alarms: operations.ClusterAlarms(w.cluster)},
		{name: "workers", below: []string{"database", "search", "cluster"}, alarms: operations.WorkerAlarms(p.Eks.ClusterName, cfg.Applications)},
		{name: "schedules", below: []string{"database", "search"}, alarms: operations.ScheduleAlarms(cfg.Applications)},
		{
			name: "balancer", below: []string{"database", "search", "cluster"}, alarms: operations.BalancerAlarms(w.balancer),
			others: map[operations.Severity][]pulumi.StringInput{operations.Critical: {p.Deployer.AlarmName}},
		},
		{name: "delivery", others: map[operations.Severity][]pulumi.StringInput{operations.Warning: p.deliveryAlarms}},
		{name: "edge", global: true, alarms: operations.EdgeAlarms(w.edge)},
	}
}

// alarms creates those of each layer. The alarms of the layers below suppress those above.
func (p *Platform) alarms(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Alarms = map[string]*operations.Alarms{}
	for _, l := range p.layers(cfg) {
		if len(l.alarms)+len(l.others) == 0 {
			continue // no application has a schedule, or a worker
		}
		args := &operations.AlarmsArgs{
			Name: p.name, Layer: l.name, Alarms: l.alarms, Others: l.others, TopicArns: p.Alerts.TopicArns,
		}
		on := p.onAws()
		if l.global {
			args.TopicArns, on = p.GlobalAlerts.TopicArns, p.onGlobal()
		}
		for _, below := range l.below {
			args.ExplainedBy = append(args.ExplainedBy, p.Alarms[below])
		}
		if p.Alarms[l.name], err = operations.NewAlarms(ctx, "alarms-"+l.name, args, on); err != nil {
			return err
		}
	}
	return nil
}
