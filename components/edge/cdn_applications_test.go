package edge_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/internal/componenttest"
	"legops/internal/recorder"
	"legops/internal/settings"
)

func application(name, path string, needs *settings.ApplicationEdge) settings.Application {
	return settings.Application{Name: name, Path: path, Edge: needs}
}

func withApplications(t *testing.T, all ...settings.Application) *recorder.Recorder {
	t.Helper()
	args := cdnArgs()
	args.Applications = all
	return componenttest.Record(t, cdn(args))
}

// patterns are the patterns of the behaviours after those of error pages and static files.
func patterns(t *testing.T, r *recorder.Recorder) (all []any) {
	t.Helper()
	for _, behavior := range distribution(t, r).Get("orderedCacheBehaviors").([]any)[3:] {
		all = append(all, behavior.(map[string]any)["pathPattern"])
	}
	return all
}

func TestCdnApplicationWithHeaders(t *testing.T) {
	r := withApplications(t,
		application("portal", "/", nil),
		application("documents", "/documents", &settings.ApplicationEdge{Headers: []settings.HeaderName{"X-Api-Key", "Range-Unit"}}),
		application("matters", "/matters", &settings.ApplicationEdge{Uploads: []settings.UploadPath{"/matters/files"}}),
	)
	componenttest.Expect(t, r.One(t, typeCachePolicy, "cdn-documents-dynamic"), map[string]any{
		"name": "legops-test-documents-dynamic", "minTtl": 0.0, "defaultTtl": 0.0, "maxTtl": 1.0,
		"parametersInCacheKeyAndForwardedToOrigin": cacheKey("all", "Host", "Accept-Language", "Authorization", "X-Api-Key", "Range-Unit"),
	})
	found := distribution(t, r)
	own := func(pattern string) map[string]any {
		return dynamic(map[string]any{"pathPattern": pattern, "cachePolicyId": "cdn-documents-dynamic-id"})
	}
	assert.Equal(t, []any{own("/documents"), own("/documents/*")}, found.Get("orderedCacheBehaviors").([]any)[3:],
		"after static paths, and nothing for /documentsx")
	assert.Equal(t, dynamic(nil), found.Get("defaultCacheBehavior"))
	assert.Len(t, r.OfType(typeHeadersPolicy), 1)
}

func TestCdnApplicationWithItsOwnPolicy(t *testing.T) {
	r := withApplications(t, application("matters", "/matters", &settings.ApplicationEdge{OwnContentSecurityPolicy: true}))
	componenttest.Expect(t, r.One(t, typeHeadersPolicy, "cdn-matters-headers"), map[string]any{
		"name": "legops-test-matters-headers", "securityHeadersConfig": securityHeaders(false),
	})
	componenttest.Expect(t, r.One(t, typeHeadersPolicy, "cdn-headers"), map[string]any{"securityHeadersConfig": securityHeaders(true)})
	own := func(pattern string) map[string]any {
		return dynamic(map[string]any{"pathPattern": pattern, "responseHeadersPolicyId": "cdn-matters-headers-id"})
	}
	assert.Equal(t, []any{own("/matters"), own("/matters/*")}, distribution(t, r).Get("orderedCacheBehaviors").([]any)[3:])
	assert.Len(t, r.OfType(typeCachePolicy), 2)
}

// CloudFront takes the first behaviour that matches: without its own, an application below would be served as the one above.
func TestCdnApplicationsWithinAnother(t *testing.T) {
	asks := &settings.ApplicationEdge{OwnContentSecurityPolicy: true}
	r := withApplications(t,
		application("matters", "/matters", asks), application("history", "/matters/history", nil), application("other", "/mattersx", nil),
	)
	assert.Equal(t, []any{"/matters/history", "/matters/history/*", "/matters", "/matters/*"}, patterns(t, r))
	assert.Equal(t, dynamic(map[string]any{"pathPattern": "/matters/history"}), distribution(t, r).Get("orderedCacheBehaviors").([]any)[3])

	r = withApplications(t, application("matters", "/matters", nil), application("portal", "/", asks), application("a", "/a", nil))
	assert.Equal(t, []any{"/matters", "/matters/*", "/a", "/a/*"}, patterns(t, r), "the default behaviour is the portal's")
	assert.Equal(t, dynamic(map[string]any{"responseHeadersPolicyId": "cdn-portal-headers-id"}), distribution(t, r).Get("defaultCacheBehavior"))
}

// Only a path that its application names takes WebSockets; deeper paths come first.
func TestCdnWebSockets(t *testing.T) {
	r := withApplications(t, application("portal", "/", &settings.ApplicationEdge{WebSockets: []settings.WebSocketPath{"/chat"}}),
		application("matters", "/matters", &settings.ApplicationEdge{
			Headers: []settings.HeaderName{"X-Api-Key"}, WebSockets: []settings.WebSocketPath{"/matters/live", "/matters/_blazor"},
		}),
		application("live", "/live", &settings.ApplicationEdge{WebSockets: []settings.WebSocketPath{"/live"}}),
	)
	componenttest.Expect(t, r.One(t, typeRequestPolicy, "cdn-websockets"), map[string]any{
		"name": "legops-test-websockets", "headersConfig": map[string]any{"headerBehavior": "whitelist", "headers": map[string]any{"items": []any{
			"Content-Type", "X-CSRFToken", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions",
		}}},
		"cookiesConfig": map[string]any{"cookieBehavior": "none"}, "queryStringsConfig": map[string]any{"queryStringBehavior": "none"},
	})
	of := func(pattern, cache, requests string) map[string]any {
		return dynamic(map[string]any{"pathPattern": pattern, "cachePolicyId": cache, "originRequestPolicyId": requests})
	}
	var want []any
	for _, b := range []struct{ path, cache, requests string }{
		{"/matters/_blazor", "cdn-matters-dynamic-id", "cdn-websockets-id"}, {"/matters/live", "cdn-matters-dynamic-id", "cdn-websockets-id"},
		{"/matters", "cdn-matters-dynamic-id", "cdn-unkeyed-id"}, {"/chat", "cdn-dynamic-id", "cdn-websockets-id"}, {"/live", "cdn-dynamic-id", "cdn-websockets-id"},
	} {
		want = append(want, of(b.path, b.cache, b.requests), of(b.path+"/*", b.cache, b.requests))
	}
	assert.Equal(t, want, distribution(t, r).Get("orderedCacheBehaviors").([]any)[3:])
	assert.Equal(t, dynamic(nil), distribution(t, r).Get("defaultCacheBehavior"))
}

// 'none' in the account's policy would forbid the frames that X-Frame-Options allows.
func TestCdnApplicationInFrames(t *testing.T) {
	for account, want := range map[string]string{
		"default-src 'self'; frame-ancestors 'none'; form-action 'self'": "default-src 'self'; frame-ancestors 'self'; form-action 'self'",
		"Frame-Ancestors 'None'":                    "frame-ancestors 'self'",
		"default-src 'self'":                        "default-src 'self'",
		"frame-ancestors https://intranet.example;": "frame-ancestors https://intranet.example;",
	} {
		args := cdnArgs()
		args.ContentSecurityPolicy = account
		args.Applications = []settings.Application{application("matters", "/matters", &settings.ApplicationEdge{Frames: "sameOrigin"})}
		r := componenttest.Record(t, cdn(args))
		headers := securityHeaders(true, "SAMEORIGIN")
		headers["contentSecurityPolicy"] = map[string]any{"contentSecurityPolicy": want, "override": true}
		componenttest.Expect(t, r.One(t, typeHeadersPolicy, "cdn-matters-headers"), map[string]any{"securityHeadersConfig": headers})
		headers = securityHeaders(true)
		headers["contentSecurityPolicy"] = map[string]any{"contentSecurityPolicy": account, "override": true}
		componenttest.Expect(t, r.One(t, typeHeadersPolicy, "cdn-headers"), map[string]any{"securityHeadersConfig": headers})
		assert.Equal(t, []any{"/matters", "/matters/*"}, patterns(t, r))
	}
}

func TestCdnApplicationsBehave(t *testing.T) {
	args := cdnArgs()
	args.Applications = []settings.Application{application("matters", "/matters", &settings.ApplicationEdge{
		OwnContentSecurityPolicy: true, Headers: []settings.HeaderName{"X-Api-Key"},
	})}
	componenttest.Behaves(t, "legops:components:Cdn", "cdn", cdn(args))
}
