package settings

import "net/netip"

// Connection is something on the internet that an application connects to by TCP, on another port than 443, which is open to all.
type Connection struct {
	// To are the IPv4 networks it is in, /16 to /32: network policies know no names.
	To []netip.Prefix `json:"to" jsonschema:"minItems=1,maxItems=20,uniqueItems=true"`
	// Port is where it listens.
	Port int `json:"port" jsonschema:"minimum=1,maximum=65535"`
	// Why is what it is, such as mail relay.
	Why string `json:"why" jsonschema:"pattern=^[A-Za-z][A-Za-z0-9 -]{0\\,39}$" jsonschema_extras:"patternErrorMessage=a word or two of letters digits and hyphens (40 at most)"`
}
