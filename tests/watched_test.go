package tests

import "legops/internal/catalogue"

// unwatched are resources that no alarm looks at, although their type may fail and can be watched, by the beginning of their URN's name,
// and why. Types that none looks at say so in the catalogue.
var unwatched = map[string]map[string]string{
	catalogue.Bucket: {
		"storage-logs": "what cannot be logged is served all the same", "cdn-errors": "its pages are seen with the errors of CloudFront",
		"storage-artifacts": "a build that cannot reach it fails, and its pipeline tells",
	},
	catalogue.Deployment: {"autoscaler-deployment": "pods that wait for nodes tell: pending"},
	catalogue.BuildProject: {
		"pipeline-": "its pipeline tells (EventBridge)", "loadtest-": "its pipeline tells, or who started it sees",
		"runner-": "GitHub tells who queued the job", "restoredrill-": "the issue of the next night tells (.github/scripts/drill.sh)",
	},
}

// harmless are the components without anything that has to be watched, and why.
var harmless = map[string]string{
	"Alarms": "it watches", "Alerts": "it tells", "Connectivity": "rules, which do not fail", "Scripts": "files of a build, which fails without them",
	"Builder": "roles, which do not fail", "DatabaseRoles": "its job is watched by what it leaves, the alarm database-roles", "SearchRoles": "its job is watched by what it leaves, the alarm search-roles", "OpenSearchAccess": "a policy, which does not fail", "ReleasePolicy": "rules, which do not fail", "Dashboard": "it shows", "DeliveryLog": "it is read, and nothing depends on it",
}
