package settings

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
	ContentSecurityPolicy string `json:"contentSecurityPolicy" jsonschema:"minLength=1,maxLength=2048"`
	// Hsts is the Strict-Transport-Security header.
	Hsts Hsts `json:"hsts"`
	// Firewall is the web application firewall.
	Firewall Firewall `json:"firewall"`
	// OriginSecretGeneration counts the secrets by which the load balancer recognizes this distribution. Raising it by
	// one creates a new secret; the previous one stays valid until the next.
	OriginSecretGeneration int `json:"originSecretGeneration" jsonschema:"minimum=1,maximum=1000000"`
	// StaticPaths are the paths that CloudFront caches without cookies, such as /static/*.
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
	// RateLimit is the number of requests in five minutes above which the firewall blocks an address.
	RateLimit int `json:"rateLimit" jsonschema:"minimum=10,maximum=2000000000"`
}

// Forward is what CloudFront forwards of a dynamic request to the applications. It is part of the cache key. CloudFront
// takes ten of each; the header Host is always among them.
type Forward struct {
	// Cookies are names of cookies.
	Cookies []CookieName `json:"cookies" jsonschema:"maxItems=10,uniqueItems=true"`
	// Headers are names of request headers.
	Headers []HeaderName `json:"headers" jsonschema:"maxItems=9,uniqueItems=true"`
	// QueryStrings are names of query parameters.
	QueryStrings []QueryName `json:"queryStrings" jsonschema:"maxItems=10,uniqueItems=true"`
}

// StaticPath is a path, or with * a pattern of paths.
type StaticPath string

// CookieName is the name of a cookie.
type CookieName string

// HeaderName is the name of a request header.
type HeaderName string

// QueryName is the name of a query parameter.
type QueryName string
