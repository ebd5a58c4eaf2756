package architecture

import (
	"cmp"
	"strings"

	"legops/internal/catalogue"
)

// details are what is shown elsewhere than the catalogue says of the type: in a component, or since the catalogue does not have it.
var details = map[kind]string{
	{catalogue.Secret, "LoadTest"}:              "loadtest",
	{catalogue.BuildProject, "Runner"}:          "delivery",
	{catalogue.BuildProject, "RestoreDrill"}:    "vault",
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

// components are the boxes and zones that show them where those do not have their name, as queues has that of Queues.
var components = map[string]string{
	"Alerts":            "topics",
	"App":               "applications",
	"Backup":            "vault",
	"Builder":           "pipelines",
	"Certificates":      "dns",
	"ClusterAutoscaler": "cluster",
	"Connectivity":      "vpc",
	"Dashboard":         "logs",
	"DatabaseRoles":     "database",
	"DeliveryLog":       "logs",
	"Eks":               "cluster",
	"Encryption":        "keys",
	"LoadBalancer":      "balancer",
	"Network":           "vpc",
	"OpenSearch":        "search",
	"OpenSearchAccess":  "search",
	"Pipeline":          "pipelines",
	"Rds":               "database",
	"ReleasePolicy":     "deployer",
	"RestoreDrill":      "vault",
	"Runner":            "delivery",
	"Scripts":           "delivery",
	"SearchRoles":       "search",
	"Storage":           "buckets",
}

// boxOf is the box or zone that shows a component, so that a new one of known types is not left out either.
func boxOf(component string) string { return cmp.Or(components[component], strings.ToLower(component)) }
