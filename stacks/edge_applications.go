package stacks

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/settings"
)

// keptHeaders are the headers that CloudFront refuses in a cache key (Amazon CloudFront Developer Guide, "HTTP request headers and
// CloudFront behavior (custom and Amazon S3 origins)"), or that it or the platform sets.
var keptHeaders = []string{
	"accept-encoding", "cache-control", "connection", "content-length", "cookie", "date", "expect", "host", "keep-alive", "max-forwards",
	"pragma", "proxy-", "request-range", "te", "trailer", "transfer-encoding", "upgrade", "via", "warning", "x-amz-cf-id", "x-edge-",
	"x-forwarded-", "x-origin-verify", "x-real-ip",
}

// misleadingHeaders are those by which frameworks believe what a proxy says of the visitor, the host or the path.
var misleadingHeaders = []string{
	"forwarded", "true-client-ip", "x-client-ip", "x-cluster-client-ip", "x-host", "x-original-", "x-rewrite-url",
}

// among reports whether a name is in the list, or begins with one that ends in a hyphen.
func among(name string, list []string) bool {
	return slices.ContainsFunc(list, func(one string) bool {
		return name == one || strings.HasSuffix(one, "-") && strings.HasPrefix(name, one)
	})
}

// headers refuses headers that cannot or must not be forwarded, and names that differ from another in case alone.
func (c *checker) headers(list string, names, before []settings.HeaderName) {
	seen := map[string]string{}
	for i, header := range before {
		seen[strings.ToLower(string(header))] = full(element("cdn.forward.headers", i))
	}
	for i, header := range names {
		name, key := strings.ToLower(string(header)), element(list, i)
		switch {
		case name == "":
			continue
		case among(name, keptHeaders):
			c.report(key, string(header), "CloudFront or the platform sets this header itself", "remove it")
		case among(name, misleadingHeaders):
			c.report(key, string(header), "with it a visitor would tell applications another address, host or path than the real one", "remove it")
		case seen[name] != "":
			c.report(key, string(header), "is also "+seen[name], "remove one: case makes no difference")
		}
		seen[name] = full(key)
	}
}

// forwarding refuses headers that CloudFront does not forward, and more than it takes.
func forwarding(c *checker) {
	const list = "cdn.forward.headers"
	c.headers(list, c.Cdn.Forward.Headers, nil)
	if !c.ok(list) {
		return
	}
	keyed, _ := c.Cdn.Forward.Keyed()
	room := settings.PolicyHeaders - 1 - len(keyed) // Host is always there
	if room < 0 {
		c.report(list, settings.Texts(c.Cdn.Forward.Headers), fmt.Sprintf("CloudFront caches by %d headers at most, Host among them; these are %d too many",
			settings.PolicyHeaders, -room), "name only what all applications need, and the others in applications[].edge.headers")
	}
	policies := struct{ caching, headers int }{2, 1}
	for i, a := range c.Applications {
		if a.Edge == nil {
			continue
		}
		key := element("applications", i) + ".edge"
		c.headers(key+".headers", a.Edge.Headers, c.Cdn.Forward.Headers)
		if len(a.Edge.Headers) > 0 {
			policies.caching++
			if len(a.Edge.Headers) > max(room, 0) {
				c.report(key+".headers", settings.Texts(a.Edge.Headers), fmt.Sprintf("CloudFront caches by %d headers at most; Host and %s leave room for %d",
					settings.PolicyHeaders, full(list), max(room, 0)), "name fewer, or take some out of "+full(list))
			}
		}
		if a.AsksForAnswers() {
			policies.headers++
		}
	}
	for _, of := range []struct {
		count, most int
		rule, fix   string
	}{
		{policies.caching, settings.PoliciesOfAKind, "cache policies, one for each application with edge.headers", "take headers that many need into " + full(list)},
		{policies.headers, settings.PoliciesOfAKind, "policies of the headers of answers, one for each application with edge.ownContentSecurityPolicy or edge.frames", "set them for fewer"},
		{2 + len(c.Cdn.StaticPaths) + 2*len(settings.WithBehaviors(c.Applications)), settings.CacheBehaviors,
			"cache behaviours: two for each application that needs its own, or is below the path of one, two for each path of WebSockets, and one for each static path",
			"name fewer static paths or paths of WebSockets, or give fewer applications edge.headers, edge.ownContentSecurityPolicy and edge.frames"},
	} {
		if of.count > of.most {
			c.report("applications", nil, fmt.Sprintf("CloudFront would need %d %s; its quota is %d", of.count, of.rule, of.most), of.fix)
		}
	}
}

// uploads refuses upload paths outside of their application's path, or of another's below it, and more than the firewall takes.
func uploads(c *checker) {
	for i, a := range c.Applications {
		if a.Edge == nil {
			continue
		}
		for j, path := range a.Edge.Uploads {
			key := element(element("applications", i)+".edge.uploads", j)
			if string(path) == a.Path && path != "" {
				c.report(key, string(path), "is the whole application, whose bodies the firewall would no longer stop", "name the paths that take documents")
			} else {
				c.ownPath(i, key, string(path))
			}
		}
	}
	if length := len(settings.UploadExpression(settings.Uploads(c.Applications))); length > settings.UploadExpressionLength && c.ok("applications") {
		c.report("applications", nil, fmt.Sprintf("the firewall takes %d characters for all upload paths, and these are %d", settings.UploadExpressionLength, length),
			"name fewer, or shorter ones above them")
	}
}

// ownPath refuses a path that is not within that of application i, or is for another application, too. It reports whether it did.
func (c *checker) ownPath(i int, key, path string) bool {
	a := c.Applications[i]
	if path == "" || a.Path == "" {
		return true
	}
	if !settings.Within(path, a.Path) {
		c.report(key, path, fmt.Sprintf("is not within the application's own path, %s", a.Path), "write a path that begins with "+strings.TrimSuffix(a.Path, "/")+"/")
		return true
	}
	for k, other := range c.Applications {
		if k != i && other.Path != "" && (settings.Within(path, other.Path) && len(other.Path) > len(a.Path) || settings.Within(other.Path, path)) {
			c.report(key, path, fmt.Sprintf("is also for the application at %s (%s)", full(element("applications", k)+".path"), other.Path),
				"name a path that is this application's alone")
			return true
		}
	}
	return false
}

// webSockets refuses paths of WebSockets outside of their application's path, or of another's below it, and those that CloudFront caches.
func webSockets(c *checker) {
	for i, a := range c.Applications {
		if a.Edge == nil {
			continue
		}
		for j, path := range a.Edge.WebSockets {
			key := element(element("applications", i)+".edge.webSockets", j)
			if c.ownPath(i, key, string(path)) {
				continue
			}
			for k, static := range c.Cdn.StaticPaths {
				if static.Covers(string(path)) {
					c.report(key, string(path), fmt.Sprintf("is served from CloudFront's cache, by %s (%s): no WebSocket passes a cache",
						full(element("cdn.staticPaths", k)), static), "choose another path for one of them")
					break
				}
			}
		}
	}
}

// sessions refuses a limit for an address below that of one of its sessions.
func sessions(c *checker) {
	of := c.Cdn.Firewall.Sessions
	if of == nil || !c.ok("cdn.firewall.rateLimit", "cdn.firewall.sessions") || of.AddressRateLimit > c.Cdn.Firewall.RateLimit {
		return
	}
	c.report("cdn.firewall.sessions.addressRateLimit", of.AddressRateLimit,
		fmt.Sprintf("not above rateLimit, which is %d: one session would use up what the office has", c.Cdn.Firewall.RateLimit), "raise it, or remove sessions")
}
