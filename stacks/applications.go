package stacks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"legops/internal/settings"
)

// clusterNamespace matches the names of the namespaces of Kubernetes, EKS, its add-ons and of what the platform itself runs. An
// application's namespace has its name, so no application may have one of them.
var clusterNamespace = regexp.MustCompile(`^(default|nginx-ingress|database-roles|search-roles|(kube|amazon|aws|eks)-.*)$`)

// databaseRoles are the roles that PostgreSQL reserves or RDS makes, as far as they can be the name of an application (the master user
// is postgres).
var databaseRoles = []string{"none", "postgres", "public", "rdsadmin", "rdsrepladmin", "rdstopmgr"}

func applications(c *checker) {
	var names, paths []string
	for i, application := range c.Applications {
		key := element("applications", i)
		names, paths = append(names, application.Name), append(paths, application.Path)
		if clusterNamespace.MatchString(application.Name) {
			c.report(key+".name", application.Name, "the cluster reserves such names for its own namespaces", "rename the application")
		}
		if application.Database && slices.Contains(databaseRoles, application.Name) {
			c.report(key+".name", application.Name, "the database has a role of that name already, and each application has its own", "rename the application, or leave out database")
		}
		if settings.Within(application.Path, errorPaths) {
			c.report(key+".path", application.Path, "reserved for the platform's error pages", "choose another path")
		}
		if least, most := key+".minReplicas", key+".maxReplicas"; c.ok(least, most) && application.MinReplicas > application.MaxReplicas {
			rule := fmt.Sprintf("above maxReplicas, which is %d", application.MaxReplicas)
			if strings.TrimSuffix(c.place(least), "minReplicas") != strings.TrimSuffix(c.place(most), "maxReplicas") {
				rule = fmt.Sprintf("above maxReplicas of %s, which is %d (%s)", application.Name, application.MaxReplicas, full(c.place(most)))
			}
			c.report(least, application.MinReplicas, rule, "lower minReplicas or raise maxReplicas")
		}
		c.uses(key, application)
	}
	c.unique(names, func(i int) string { return element("applications", i) + ".name" }, "rename or remove one")
	c.unique(paths, func(i int) string { return element("applications", i) + ".path" }, "give each its own path")
}

// uses reports queues, buckets, secrets and applications that an application names and that do not exist.
func (c *checker) uses(key string, application settings.Application) {
	for j, queue := range application.Produces {
		c.exists(element(key+".produces", j), queue, "queue", "queues", queueNames(c.Config))
	}
	for j, queue := range application.Consumes {
		c.exists(element(key+".consumes", j), queue, "queue", "queues", queueNames(c.Config))
	}
	for j, access := range application.Buckets {
		if slices.ContainsFunc(application.Buckets[:j], func(other settings.BucketAccess) bool { return other.Name == access.Name && access.Name != "" }) {
			c.report(element(key+".buckets", j)+".name", access.Name, "listed twice, but an application gets one prefix per bucket",
				"keep one, with a prefix that covers both")
			continue
		}
		c.exists(element(key+".buckets", j)+".name", access.Name, "bucket", "storage.buckets", bucketNames(c.Config))
	}
	for j, secret := range application.SecretFiles {
		c.exists(element(key+".secretFiles", j), string(secret), "secret of the application", key+".secrets", settings.Texts(application.Secrets))
	}
	for j, callee := range application.Calls {
		if callee == application.Name && callee != "" {
			c.report(element(key+".calls", j), callee, "is the application itself", "remove it")
			continue
		}
		c.exists(element(key+".calls", j), callee, "application", "applications", applicationNames(c.Config))
	}
}

func applicationNames(config *Config) []string {
	var all []string
	for _, application := range config.Applications {
		all = append(all, application.Name)
	}
	return all
}

var (
	variable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	// platformVariables matches the variables that the platform itself sets: by their names (infra/applications.go and standardSettings in
	// components/apps), and by their beginnings where it makes names out of those of queues and buckets, or EKS and SDKs out of their own.
	platformVariables = regexp.MustCompile(
		`^(AWS_.*|BUCKET_.*|QUEUE_.*|DATABASE_(HOST|NAME|PORT|USER)|SEARCH_ENDPOINT|SECRETS_PREFIX|PORT|BASE_PATH|ENVIRONMENT|PODINFO_.*)$`)
)

func environmentVariables(c *checker) {
	for _, l := range c.declared {
		c.variables(l.key, l.says.Settings, full(l.key)+".secrets")
	}
	if c.Tuning == nil {
		return
	}
	if c.Tuning.All != nil {
		c.variables(tuningOfAll, c.Tuning.All.Settings, "the secrets of those of legops:applications that need it")
	}
	for name, says := range c.Tuning.Applications {
		c.variables(tuningOf(name), says.Settings, "the secrets of "+showKey(name)+" in legops:applications")
	}
}

// variables checks the settings in one place. A secret belongs into secrets.
func (c *checker) variables(key string, settings map[string]string, secrets string) {
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		key, secret := key+".settings."+showKey(name), credential(name, settings[name])
		switch {
		case !variable.MatchString(name):
			c.report(key, nil, "not the name of an environment variable", "write capital letters, digits and underscores, such as "+suggestVariable(name))
		case secret != "":
			c.report(key, nil, secret+", and everybody who reads this file can read settings",
				fmt.Sprintf("name a secret in %s and enter its value in Secrets Manager", secrets))
		case platformVariables.MatchString(name):
			c.report(key, settings[name], "the platform sets this variable itself", "rename or remove it")
		}
	}
}

// suggestVariable returns the most similar valid name of an environment variable.
func suggestVariable(name string) string {
	suggestion := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	suggestion = strings.TrimLeft(suggestion, "_0123456789")
	if suggestion == "" || len(suggestion) > maxShownKey {
		return "LOG_LEVEL"
	}
	return suggestion
}
