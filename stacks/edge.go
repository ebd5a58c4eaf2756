package stacks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"legops/internal/standards/minimum"
)

func preload(c *checker) {
	hsts := c.Cdn.Hsts
	if !hsts.Preload || !c.ok("cdn.hsts") {
		return
	}
	if !hsts.IncludeSubdomains {
		c.report("cdn.hsts.includeSubdomains", false, "preload requires it", "set it to true, or preload to false")
	}
	// For production, requirements checks the age.
	if hsts.MaxAgeSeconds < minimum.Year && c.Environment != Production {
		c.report("cdn.hsts.maxAgeSeconds", hsts.MaxAgeSeconds, "preload requires a year",
			fmt.Sprintf("set it to at least %d, or preload to false", minimum.Year))
	}
}

// cspDirectives are those of Content Security Policy Level 3 (W3C), and those of Level 2 that browsers still support.
var cspDirectives = []string{
	"base-uri", "block-all-mixed-content", "child-src", "connect-src", "default-src", "font-src", "form-action",
	"frame-ancestors", "frame-src", "img-src", "manifest-src", "media-src", "object-src", "report-to", "report-uri",
	"require-trusted-types-for", "sandbox", "script-src", "script-src-attr", "script-src-elem", "style-src",
	"style-src-attr", "style-src-elem", "trusted-types", "upgrade-insecure-requests", "worker-src",
}

// cspKeywords are the source expressions that need quotes: without them a browser takes them for hosts.
var cspKeywords = []string{"self", "none", "unsafe-inline", "unsafe-eval", "strict-dynamic", "unsafe-hashes", "report-sample"}

// policyDirectives splits a Content-Security-Policy into directives: name, then values.
func policyDirectives(policy string) [][]string {
	var all [][]string
	for directive := range strings.SplitSeq(policy, ";") {
		if words := strings.Fields(directive); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

func contentSecurityPolicy(c *checker) {
	const key = "cdn.contentSecurityPolicy"
	policy := c.Cdn.ContentSecurityPolicy
	if !c.ok(key) || policy == "" {
		return
	}
	if strings.ContainsFunc(policy, notPrintable) {
		c.report(key, policy, "a header is one line of printable characters", "remove line breaks and control characters")
		return
	}
	seen := map[string]bool{}
	for _, directive := range policyDirectives(policy) {
		name := strings.ToLower(directive[0])
		switch {
		case !slices.Contains(cspDirectives, name):
			fix := "remove it"
			if similar := nearest(name, cspDirectives); similar != "" {
				fix = didYouMean(similar)
			}
			c.report(key, directive[0], "unknown directive", fix)
		case seen[name]:
			c.report(key, directive[0], "listed twice, and browsers obey only the first", "write it once")
		}
		seen[name] = true
		for _, value := range directive[1:] {
			if slices.Contains(cspKeywords, strings.ToLower(value)) {
				c.report(key, value, "browsers take a keyword without quotes for a host", fmt.Sprintf("write '%s'", value))
			}
		}
	}
	if !seen["default-src"] {
		c.report(key, policy, "without default-src it allows every source that it does not name", "add default-src 'self'")
	}
}

// unsafeSources are the sources with which a policy does not protect against foreign scripts.
var unsafeSources = []string{"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:"}

// strictScripts reports whether a policy lets only named sources run scripts.
func strictScripts(policy string) bool {
	for _, directive := range policyDirectives(policy) {
		name := strings.ToLower(directive[0])
		if name != "default-src" && !strings.HasPrefix(name, "script-src") {
			continue
		}
		for _, value := range directive[1:] {
			if slices.Contains(unsafeSources, strings.ToLower(value)) {
				return false
			}
		}
	}
	return true
}

// errorPaths is the path of the pages that CloudFront shows when the platform fails.
const errorPaths = "/errors"

func staticPaths(c *checker) {
	for i, pattern := range c.Cdn.StaticPaths {
		path := string(pattern)
		key, covered := element("cdn.staticPaths", i), path
		if wildcard := strings.IndexByte(path, '*'); wildcard >= 0 {
			covered = path[:wildcard]
		}
		if strings.HasPrefix(path, errorPaths+"/") {
			c.report(key, path, "reserved for the platform's error pages", "choose another path")
		}
		for j, application := range c.Applications {
			if application.Path != "" && strings.HasPrefix(strings.TrimSuffix(application.Path, "/")+"/", covered) {
				c.report(key, path, fmt.Sprintf("covers the whole application at %s (%s), so CloudFront would serve one user's pages to all",
					full(element("applications", j)+".path"), application.Path), "name the folder of its static files")
				break
			}
		}
	}
}

// CheckOriginSecret returns an error if CloudFront sends the secret of a generation that the load balancer would no longer accept; sent is 0 before
// there is a distribution. The load balancer accepts cdn.originSecretGeneration and the one before, as soon as the update begins, and CloudFront
// changes over minutes later.
func (c *Config) CheckOriginSecret(sent int) error {
	wanted := c.Cdn.OriginSecretGeneration
	if sent == 0 || wanted == sent || wanted == sent+1 {
		return nil
	}
	problem := Problem{
		Key: full("cdn.originSecretGeneration"), Value: strconv.Itoa(wanted),
		Rule: fmt.Sprintf("CloudFront sends the secret of generation %d, which the load balancer would reject before CloudFront sends another", sent),
		Fix:  fmt.Sprintf("set it to %d, deploy, and go on from there", sent+1),
	}
	if wanted < sent {
		problem.Fix = fmt.Sprintf("set it to %d, or to %d for a new secret: it never goes down", sent, sent+1)
	}
	return Problems{problem}
}
