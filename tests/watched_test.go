package tests

// mustBeWatched are the kinds of resources that hold data or that users feel, with what is lost without an alarm.
var mustBeWatched = map[string]string{
	kindDatabase:     "it holds what is known of the documents",
	kindDomain:       "it holds the index, and finds nothing without it",
	kindQueue:        "it holds what is still to be done",
	kindBucket:       "it holds the documents",
	kindDistribution: "every visitor comes through it",
	kindWebACL:       "what it blocks reaches nothing",
	kindBalancer:     "every request comes through it",
	kindTargets:      "what is in it serves",
	kindCertificate:  "without it nobody connects",
	kindCluster:      "everything runs on it",
	kindNat:          "every request to the internet leaves through it",
	kindDeployment:   "it is an application, or a part of the platform on the cluster",
	kindProject:      "code comes through it",

	"aws:ecr/repository:Repository":             "it holds what runs",
	"aws:codecommit/repository:Repository":      "it holds what is built",
	"aws:codepipeline/pipeline:Pipeline":        "releases come through it",
	"aws:codedeploy/application:Application":    "releases come through it",
	"aws:secretsmanager/secret:Secret":          "it holds what applications sign in with",
	"aws:backup/vault:Vault":                    "it holds the backups",
	"aws:autoscaling/group:Group":               "its instance is a way in, or out",
	"aws:eks/nodeGroup:NodeGroup":               "everything runs on it",
	"aws:kms/key:Key":                           "nothing can be read without it",
	"aws:budgets/budget:Budget":                 "it says what the account costs",
	"aws:codeconnections/connection:Connection": "code comes through it",
}

// unwatched are resources of those kinds that no alarm looks at, by the beginning of their URN's name, and why.
var unwatched = map[string]map[string]string{
	kindBucket: {
		"storage-logs": "what cannot be logged is served all the same", "cdn-errors": "its pages are seen with the errors of CloudFront",
		"storage-artifacts": "a build that cannot reach it fails, and its pipeline tells",
	},
	kindDeployment: {"autoscaler-deployment": "pods that wait for nodes tell: pending"},
	kindProject: {
		"pipeline-": "its pipeline tells (EventBridge)", "loadtest-": "its pipeline tells, or who started it sees",
		"runner-": "GitHub tells who queued the job",
	},

	"aws:ecr/repository:Repository":             {"": "ECR publishes pulls only; a push that fails fails its pipeline, a pull that fails leaves pods that are not ready"},
	"aws:codecommit/repository:Repository":      {"": "CodeCommit publishes nothing; its mirror and its pipeline tell"},
	"aws:codepipeline/pipeline:Pipeline":        {"": "EventBridge tells of each failure, with its link"},
	"aws:codedeploy/application:Application":    {"": "EventBridge tells of each failure, with its link"},
	"aws:secretsmanager/secret:Secret":          {"": "Secrets Manager publishes counts of secrets only; who cannot read one does not get ready"},
	"aws:backup/vault:Vault":                    {"": "EventBridge tells of each failed job"},
	"aws:autoscaling/group:Group":               {"": "a group of one replaces its instance; who needs it notices"},
	"aws:eks/nodeGroup:NodeGroup":               {"": "its nodes are watched as the cluster's"},
	"aws:kms/key:Key":                           {"": "KMS publishes no use of keys; a key to be deleted waits for thirty days"},
	"aws:budgets/budget:Budget":                 {"": "it is an alarm itself"},
	"aws:codeconnections/connection:Connection": {"": "mirrors that cannot read tell"},
}

// harmless are the components without anything that has to be watched, and why.
var harmless = map[string]string{
	"Alarms": "it watches", "Alerts": "it tells", "Connectivity": "rules, which do not fail", "Scripts": "files of a build, which fails without them",
	"Builder": "roles, which do not fail", "OpenSearchAccess": "a policy, which does not fail", "ReleasePolicy": "rules, which do not fail", "Dashboard": "it shows", "DeliveryLog": "it is read, and nothing depends on it",
}
