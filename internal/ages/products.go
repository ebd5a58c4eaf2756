package ages

// The names of the products.
const (
	Kubernetes       = "Kubernetes on EKS"
	PostgreSQL       = "PostgreSQL on RDS"
	OpenSearch       = "OpenSearch Service"
	AmazonLinux      = "Amazon Linux"
	BuildImage       = "CodeBuild image"
	NGINX            = "NGINX Ingress Controller"
	Agent            = "CodeDeploy agent"
	Go               = "Go"
	Node             = "Node.js"
	Runner           = "GitHub's runner"
	PulumiAws        = "pulumi-aws"
	PulumiEks        = "pulumi-eks"
	PulumiKubernetes = "pulumi-kubernetes"
)

// endOfLife is a file of the repository that most dates were read in. It copies them from the pages of AWS each day.
func endOfLife(file, commit, day string) string {
	return "endoflife-date/endoflife.date, products/" + file + ".md, commit " + commit + " of " + day
}

// byProgram is what a version is chosen by that no stack file names.
const byProgram = "a change of the program"

// noDay is what is said of products whose maker publishes no days.
const noDay = "its maker publishes no days: "

// products are the calendar. Whoever reads a newer source writes it here, with the days.
var products = []Product{
	{
		Name: Kubernetes, Chosen: "`legops:eks.version`", Runbook: "runbooks/cluster-version-upgrade.md",
		// The days of 1.32 to 1.34 are the same in AWS's own page: awsdocs/amazon-eks-user-guide, latest/ug/versioning/kubernetes-versions.adoc,
		// commit 0138560. 1.35 and 1.36 are newer than that copy.
		Source: endOfLife("amazon-eks", "de1074d", "2026-07-08"),
		Then: "EKS upgrades the control plane to the next version by itself, at a time of its choice and without a notice; add-ons, nodes and " +
			"the stack file stay behind",
		Extended: "the control plane costs 0.60 USD an hour in place of 0.10 (AWS's mail to its customers, in WGBH-MLA/chowda#217 of 2024)",
		After:    "EKS upgrades the control plane by itself",
		Newer: "refused: the Cluster Autoscaler, kubectl of bastion and deployer, and the control plane of the tests have to be of the same minor " +
			"version; the runbook says where each is named",
		Versions: []Version{
			{"1.33", "2026-07-29", "2027-07-29"},
			{"1.34", "2026-12-02", "2027-12-02"},
			{"1.35", "2027-03-27", "2028-03-27"},
			{"1.36", "2027-08-02", "2028-08-02"},
		},
	}, {
		Name: PostgreSQL, Chosen: "`legops:rds.engineVersion`", Runbook: "runbooks/database-version-upgrade.md",
		Source: endOfLife("amazon-rds-postgresql", "c86378a", "2026-08-16"),
		// RDS User Guide, extended-support-creating-db-instance, "RDS Extended Support behavior".
		Then: "RDS upgrades the database to a supported major version by itself, on that day or shortly after; it stops meanwhile, there is no " +
			"way back, and every update fails until the stack file says the new version",
		Extended: "each vCPU costs 0.10 USD an hour more in us-east-1, 0.20 from the third year on, those of the standby too (usage.ai, RDS " +
			"Extended Support Pricing, 2026-05)",
		After: "RDS upgrades the database to a supported major version by itself",
		Newer: "refused: the parameters of the database, and those that the simulated cloud knows as defaults, are of a major version, and the bastion " +
			"installs its psql (`components/data/rds.go`, `internal/offline/cloud/rds_held.go`, `components/foundation/bastion.sh`)",
		Versions: []Version{
			{"16", "2029-02-28", "2032-02-29"},
			{"17", "2030-02-28", "2033-02-28"},
			{"18", "2031-02-28", "2034-02-28"},
		},
	}, {
		Name: OpenSearch, Chosen: "`legops:opensearch.version`", Runbook: "runbooks/search-version-upgrade.md",
		Source: endOfLife("amazon-opensearch", "95f3efb", "2026-08-11"),
		Then:   "extended support begins: it cannot be switched off",
		Extended: "every node costs more; it cannot be switched off (infracost.io, finops-policies/opensearch-consider-upgrading, has 18 % for " +
			"m7g.medium.search)",
		After: "AWS says nothing that we read",
		Newer: "accepted, and the preview says that the program does not know it: nothing depends on the version",
		Versions: []Version{
			{"OpenSearch_2.11", "2027-11-07", "2028-11-07"},
			{"OpenSearch_2.13", "2027-11-07", "2028-11-07"},
			{"OpenSearch_2.15", "2027-11-07", "2028-11-07"},
			{"OpenSearch_2.17", "2027-11-07", "2028-11-07"},
			{"OpenSearch_2.19", "2027-11-07", "2030-11-07"},
			{"OpenSearch_3.1", "", ""},
			{"OpenSearch_3.3", "", ""},
			{"OpenSearch_3.5", "", ""},
		},
	}, {
		Name: AmazonLinux, Chosen: "`components/internal/kit/instance.go`, `components/compute/eks_nodes.go`", Runbook: "runbooks/node-upgrade.md",
		Source:   endOfLife("amazon-linux", "709363c", "2026-08-22"),
		Then:     "maintenance begins",
		Extended: "it gets security updates only, at no cost",
		After:    "no updates come any more",
		Newer:    byProgram,
		Versions: []Version{{"2023", "2027-06-30", "2029-06-30"}},
	}, {
		Name: BuildImage, Chosen: "`components/delivery/codebuild.go`", Runbook: "delivery.md",
		Source: noDay + "AWS CodeBuild User Guide, deprecated-images, lists what is no longer updated, and none of these (read 2026-11-30)",
		Then:   "AWS no longer updates or caches it; builds go on, and start later",
		Newer:  byProgram,
		Versions: []Version{
			{"aws/codebuild/amazonlinux-aarch64-standard:3.0", "", ""},
			{"aws/codebuild/amazonlinux-x86_64-standard:5.0", "", ""},
		},
	}, {
		Name: NGINX, Chosen: "`components/apps/ingress_controller.go`", Runbook: "runbooks/new-controller-release.md",
		// Older releases have a day in an earlier copy of the table: two years after the release, for customers of F5.
		Source:   noDay + "docs.nginx.com, nginx-ingress-controller/changelog, compatibility matrix with 5.5.4 (read 2026-11-30). Fixes are in the newest release only",
		Then:     "F5 supports it no longer",
		Newer:    byProgram,
		Versions: []Version{{"5.5", "", ""}},
	}, {
		Name: Agent, Chosen: "`components/delivery/deployer.go`", Runbook: "delivery.md",
		Source:   noDay + "AWS CodeDeploy User Guide, codedeploy-agent: AWS supports the latest minor version (read 2026-11-30)",
		Then:     "AWS supports it no longer",
		Newer:    byProgram,
		Versions: []Version{{"2.1", "", ""}},
	}, {
		Name: Go, Chosen: "`go.mod`", Runbook: "decisions/dependencies.md",
		Source: endOfLife("go", "831ca57", "2026-08-20") + ": a release is supported until the second one after it",
		Then:   "fixes of its standard library come no longer",
		Newer:  byProgram,
		Versions: []Version{
			{"1.25", "2026-08-19", ""},
			{"1.26", "", ""},
			{"1.27", "", ""},
		},
	}, {
		Name: Node, Chosen: "`.github`: the workflows and the action that they share", Runbook: "decisions/dependencies.md",
		Source: endOfLife("nodejs", "f1c422c", "2026-08-06"),
		Then:   "fixes come no longer; it runs pulumi-eks and the scripts of the workflows",
		Newer:  byProgram,
		Versions: []Version{
			{"20", "2026-04-30", ""},
			{"22", "2027-04-30", ""},
			{"24", "2028-04-30", ""},
		},
	}, {
		Name: Runner, Chosen: "`.github/workflows`", Runbook: "workflows.md",
		Source:   noDay + "actions/runner-images, README.md: GitHub supports at most the two newest of Ubuntu, and says when one goes",
		Then:     "GitHub takes the image away, and jobs no longer start",
		Newer:    byProgram,
		Versions: []Version{{"ubuntu-24.04", "", ""}},
	}, {
		Name: PulumiAws, Chosen: "`go.mod`", Runbook: "decisions/dependencies.md",
		Source: noDay + "none in pulumi/pulumi-aws that we read; 7 is newer", Then: "new inputs and fixes come in the newest major version only",
		Newer:    byProgram,
		Versions: []Version{{"6", "", ""}},
	}, {
		Name: PulumiEks, Chosen: "`go.mod`", Runbook: "decisions/dependencies.md",
		Source: noDay + "none in pulumi/pulumi-eks that we read; 3 and 4 are newer", Then: "new inputs and fixes come in the newest major version only",
		Newer:    byProgram,
		Versions: []Version{{"2", "", ""}},
	}, {
		Name: PulumiKubernetes, Chosen: "`go.mod`", Runbook: "decisions/dependencies.md",
		Source: noDay + "none in pulumi/pulumi-kubernetes that we read", Then: "new inputs and fixes come in the newest major version only",
		Newer:    byProgram,
		Versions: []Version{{"4", "", ""}},
	},
}
