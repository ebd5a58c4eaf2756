package settings

import (
	"slices"
	"strings"
)

// Domain is the public name of the platform and the Route 53 zone that holds it.
type Domain struct {
	// Name is the fully qualified domain name, without a trailing dot.
	Name string `json:"name" jsonschema:"pattern=^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2\\,}$,maxLength=253" jsonschema_extras:"patternErrorMessage=a lower-case domain name such as legops.example"`
	// HostedZoneID is the id of the public Route 53 hosted zone of Name.
	HostedZoneID string `json:"hostedZoneId" jsonschema:"pattern=^Z[A-Z0-9]{1\\,31}$" jsonschema_extras:"patternErrorMessage=a Route 53 zone id such as Z0123456789ABCDEFGHIJ"`
}

// Cdn is CloudFront and its web application firewall.
type Cdn struct {
	// PriceClass selects the edge locations that serve requests.
	PriceClass PriceClass `json:"priceClass"`
	// ContentSecurityPolicy is the header sent with every response.
	ContentSecurityPolicy string `json:"contentSecurityPolicy" jsonschema:"minLength=1,maxLength=1783"`
	// Hsts is the Strict-Transport-Security header.
	Hsts Hsts `json:"hsts"`
	// Firewall is the web application firewall.
	Firewall Firewall `json:"firewall"`
	// OriginSecretGeneration counts the secrets by which the load balancer recognizes this distribution. Raising it by
	// one creates a new secret; the previous one stays valid until the next.
	OriginSecretGeneration int `json:"originSecretGeneration" jsonschema:"minimum=1,maximum=1000000"`
	// StaticPaths are the paths that CloudFront caches without cookies, such as /static/*; another query string is another file.
	StaticPaths []StaticPath `json:"staticPaths" jsonschema:"maxItems=20,uniqueItems=true"`
	// Forward lists what CloudFront forwards of a dynamic request.
	Forward Forward `json:"forward"`
}

// PriceClass is a CloudFront price class.
type PriceClass string

// Hsts is the Strict-Transport-Security header.
type Hsts struct {
	// MaxAgeSeconds is how long browsers insist on HTTPS; production has a minimum, CDN-HEADERS of docs/standards.md.
	MaxAgeSeconds int `json:"maxAgeSeconds" jsonschema:"minimum=300,maximum=63072000"`
	// IncludeSubdomains covers every name below the domain.
	IncludeSubdomains bool `json:"includeSubdomains"`
	// Preload asks browsers to ship the rule, which has to be of a year and with IncludeSubdomains; hard to revoke.
	Preload bool `json:"preload"`
}

// Firewall is the web application firewall in front of CloudFront.
type Firewall struct {
	// Mode is block, or count to observe only; production requires block.
	Mode string `json:"mode" jsonschema:"enum=block,enum=count"`
	// RateLimit is the number of requests in five minutes above which the firewall blocks an address, or with Sessions a session.
	RateLimit int `json:"rateLimit" jsonschema:"minimum=10,maximum=2000000000"`
	// Sessions counts by session and address, so that an office behind one address is not taken for one visitor. Optional.
	Sessions *Sessions `json:"sessions,omitempty"`
}

// Sessions is how the firewall tells visitors behind one address apart. Who sends no session, or always another, is stopped by
// AddressRateLimit.
type Sessions struct {
	// Cookie is the name of the cookie that has the session.
	Cookie CookieName `json:"cookie"`
	// AddressRateLimit is the number of requests in five minutes above which the firewall blocks an address with all its sessions; above
	// RateLimit.
	AddressRateLimit int `json:"addressRateLimit" jsonschema:"minimum=10,maximum=2000000000"`
}

// CookieName is the name of a cookie.
type CookieName string

// Forward is what CloudFront forwards of a dynamic request to the applications, beside all cookies, the whole query string and the
// header Host.
type Forward struct {
	// Headers are names of request headers that every application gets.
	Headers []HeaderName `json:"headers" jsonschema:"maxItems=13,uniqueItems=true"`
}

// Quotas of CloudFront (Developer Guide, "Quotas", https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html).
const (
	// PolicyHeaders is how many headers a policy names.
	PolicyHeaders = 10
	// CacheBehaviors is how many cache behaviours a distribution has.
	CacheBehaviors = 75
	// PoliciesOfAKind is how many cache policies, and how many policies of the headers of answers, an account has.
	PoliciesOfAKind = 20
)

// unkeyed are headers that matter to requests that change something. CloudFront caches no answers to those, so it forwards these without
// a place in the cache key, where there are few.
var unkeyed = []string{"content-type", "x-csrf-token", "x-csrftoken", "x-xsrf-token"}

// Keyed returns the headers that go into the cache key after Host, and those that are forwarded without.
func (f Forward) Keyed() (keyed, without []HeaderName) {
	for _, header := range f.Headers {
		if slices.Contains(unkeyed, strings.ToLower(string(header))) {
			without = append(without, header)
		} else {
			keyed = append(keyed, header)
		}
	}
	return keyed, without
}

// Within reports whether a path is the other or below it.
func Within(path, of string) bool {
	return path == of || strings.HasPrefix(path, strings.TrimSuffix(of, "/")+"/")
}

// Uploads are the upload paths of all applications, in order: the firewall has one expression of them.
func Uploads(all []Application) (paths []string) {
	for _, a := range all {
		if a.Edge != nil {
			paths = append(paths, Texts(a.Edge.Uploads)...)
		}
	}
	slices.Sort(paths)
	return paths
}

// UploadExpressionLength is how long an expression of AWS WAF may be (AWS WAF API Reference, RegexMatchStatement).
const UploadExpressionLength = 512

// UploadExpression is the regular expression of these paths and what is below, of a path that is decoded once and resolved. One that then
// still has an encoded character, a backslash or a parameter is none of them: whoever decodes it once more, or takes "\" for "/", or
// drops ";" and what follows, would end up at another path.
func UploadExpression(paths []string) string {
	return "^(?:" + strings.Join(paths, "|") + ")(?:/[^%\\\\;]*)?$"
}

// StaticPath is a path, or with * a pattern of paths.
type StaticPath string

// HeaderName is the name of a request header.
type HeaderName string
