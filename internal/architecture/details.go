package architecture

import "legops/internal/catalogue"

// details are what is shown elsewhere than the catalogue says of the type: in a component, or since the catalogue does not have it.
var details = map[kind]string{
	{catalogue.Secret, "LoadTest"}:              "loadtest",
	{catalogue.BuildProject, "Runner"}:          "delivery",
	{catalogue.Deployment, "ClusterAutoscaler"}: "cluster",
	{token: "eks:index:Cluster"}:                "cluster",
}

// machinery is what the program is made of, and no part of the platform.
var machinery = map[string]bool{
	"pulumi:providers:aws":        true,
	"pulumi:providers:kubernetes": true,
	"pulumi:providers:random":     true,
	"pulumi:pulumi:Stack":         true,
}

// components are the boxes and zones that show them, so that a new component of known types is not left out either.
var components = map[string]string{
	"Alarms":            "alarms",
	"Alerts":            "topics",
	"App":               "applications",
	"Backup":            "vault",
	"Bastion":           "bastion",
	"Budget":            "budget",
	"Builder":           "pipelines",
	"Cdn":               "cdn",
	"Certificates":      "dns",
	"ClusterAutoscaler": "cluster",
	"Connectivity":      "vpc",
	"Dashboard":         "logs",
	"DeliveryLog":       "logs",
	"Deployer":          "deployer",
	"Eks":               "cluster",
	"Encryption":        "keys",
	"Firewall":          "firewall",
	"Github":            "github",
	"Ingress":           "ingress",
	"LoadBalancer":      "balancer",
	"LoadTest":          "loadtest",
	"Mirror":            "mirror",
	"Network":           "vpc",
	"OpenSearch":        "search",
	"OpenSearchAccess":  "search",
	"Pipeline":          "pipelines",
	"Queues":            "queues",
	"Rds":               "database",
	"Registry":          "registry",
	"ReleasePolicy":     "deployer",
	"Runner":            "delivery",
	"Scripts":           "delivery",
	"Storage":           "buckets",
}
