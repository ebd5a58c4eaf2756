package stacks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// clusterNamespace is how namespaces are called that an application's own, named after it, must not be: those of
// Kubernetes, of EKS with its add-ons, and of the ingress controller.
var clusterNamespace = regexp.MustCompile(`^(default|nginx-ingress|(kube|amazon|aws|eks)-.*)$`)

func applications(c *checker) {
	var names, paths []string
	for i, application := range c.Applications {
		key := at("applications", i)
		names, paths = append(names, application.Name), append(paths, application.Path)
		if clusterNamespace.MatchString(application.Name) {
			c.report(key+".name", application.Name, "the cluster keeps such names for its own namespaces", "rename the application")
		}
		if application.Path == errorPaths {
			c.report(key+".path", application.Path, "the platform's own error pages are there", "choose another path")
		}
		if c.ok(key+".minReplicas", key+".maxReplicas") && application.MinReplicas > application.MaxReplicas {
			c.report(key+".minReplicas", application.MinReplicas,
				fmt.Sprintf("above maxReplicas, which is %d", application.MaxReplicas),
				"lower minReplicas or raise maxReplicas")
		}
		c.uses(key, application)
	}
	c.unique(names, func(i int) string { return at("applications", i) + ".name" }, "rename or remove one")
	c.unique(paths, func(i int) string { return at("applications", i) + ".path" }, "give each its own path")
}

// uses reports what an application names that is not there.
func (c *checker) uses(key string, application Application) {
	for j, queue := range application.Produces {
		c.exists(at(key+".produces", j), queue, "queue", "queues", queueNames(c.Config))
	}
	for j, queue := range application.Consumes {
		c.exists(at(key+".consumes", j), queue, "queue", "queues", queueNames(c.Config))
	}
	for j, access := range application.Buckets {
		if slices.ContainsFunc(application.Buckets[:j], func(other BucketAccess) bool { return other.Name == access.Name && access.Name != "" }) {
			c.report(at(key+".buckets", j)+".name", access.Name, "is there twice, and an application is told one prefix of a bucket",
				"keep one, with a prefix that covers both")
			continue
		}
		c.exists(at(key+".buckets", j)+".name", access.Name, "bucket", "storage.buckets", bucketNames(c.Config))
	}
	for j, callee := range application.Calls {
		if callee == application.Name && callee != "" {
			c.report(at(key+".calls", j), callee, "is the application itself", "remove it")
			continue
		}
		c.exists(at(key+".calls", j), callee, "application", "applications", applicationNames(c.Config))
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
	// credential is how variables that hold a secret are called.
	credential = regexp.MustCompile(`(^|_)(PASSWORD|PASSPHRASE|SECRET|TOKEN|(API|ACCESS|PRIVATE|SIGNING|SESSION)_?KEY|CREDENTIALS?)$`)
	// platformVariables are what the platform tells an application itself.
	platformVariables = regexp.MustCompile(`^(AWS_|DATABASE_|SEARCH_ENDPOINT$|QUEUE_|BUCKET_|SECRETS_PREFIX$|PORT$|BASE_PATH$|ENVIRONMENT$|PODINFO_)`)
)

func settings(c *checker) {
	for i, application := range c.Applications {
		for _, name := range slices.Sorted(maps.Keys(application.Settings)) {
			key := at("applications", i) + ".settings." + showKey(name)
			switch {
			case !variable.MatchString(name):
				c.report(key, nil, "not the name of an environment variable", "write capital letters, digits and underscores, such as "+suggestVariable(name))
			case credential.MatchString(name):
				c.report(key, nil, "settings are readable to everybody who sees this file", fmt.Sprintf("name a secret in %s.secrets and put the value into Secrets Manager", full(at("applications", i))))
			case platformVariables.MatchString(name):
				c.report(key, application.Settings[name], "the platform sets this variable itself", "rename or remove it")
			}
		}
	}
}

// suggestVariable is the nearest name that an environment variable can have.
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
