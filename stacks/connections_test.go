package stacks

import (
	"testing"
)

// Number 3 is /documents.
func TestConnectionsRefuse(t *testing.T) {
	connects := func(port int, to ...any) []edit {
		return []edit{set("applications[3].connects", []any{map[string]any{"to": to, "port": port, "why": "mail relay"}})}
	}
	checkMistakes(t, []mistake{
		{"no public network", "dev", connects(587, "10.20.0.0/16", "172.20.0.0/24", "169.254.169.254/32", "224.0.0.0/16", "0.0.0.0/0"), []string{
			"legops:applications[3].connects[0].to[0]: 10.20.0.0/16: is not on the internet: name a public network; what the platform has is declared by database, search and calls",
			"legops:applications[3].connects[0].to[1]: 172.20.0.0/24: is not on the internet: name a public network; what the platform has is declared by database, search and calls",
			"legops:applications[3].connects[0].to[2]: 169.254.169.254/32: is not on the internet: name a public network; what the platform has is declared by database, search and calls",
			"legops:applications[3].connects[0].to[3]: 224.0.0.0/16: is not on the internet: name a public network; what the platform has is declared by database, search and calls",
			"legops:applications[3].connects[0].to[4]: 0.0.0.0/0: is not on the internet: name a public network; what the platform has is declared by database, search and calls",
		}},
		{"no network", "dev", connects(587, "203.0.113.7/24", "8.0.0.0/15", "2001:db8::/32", "mail.example"), []string{
			"legops:applications[3].connects[0].to[0]: 203.0.113.7/24: has host bits set: write 203.0.113.0/24",
			"legops:applications[3].connects[0].to[1]: 8.0.0.0/15: is larger than a /16: list the networks that the service publishes",
			"legops:applications[3].connects[0].to[2]: 2001:db8::/32: malformed: write an IPv4 range such as 10.10.0.0/16",
			"legops:applications[3].connects[0].to[3]: mail.example: malformed: write an IPv4 range such as 10.10.0.0/16",
		}},
		{"a port that is open", "dev", connects(443, "203.0.113.0/24"), []string{
			"legops:applications[3].connects[0].port: 443: is open to every public address already: remove it",
		}},
		{"a port that EC2 closes", "dev", connects(25, "203.0.113.0/24"), []string{
			"legops:applications[3].connects[0].port: 25: EC2 lets no mail out on this port: use port 587 or 465 of the mail service",
		}},
		{"the same twice", "dev", []edit{set("applications[3].connects", []any{
			map[string]any{"to": []any{"203.0.113.0/24"}, "port": 587, "why": "mail relay"},
			map[string]any{"to": []any{"203.0.113.7/32", "198.51.100.0/24"}, "port": 587, "why": "mail relay"},
			map[string]any{"to": []any{"203.0.113.0/24"}, "port": 993, "why": "mailbox"},
		})}, []string{
			"legops:applications[3].connects[1].to[0]: 203.0.113.7/32: overlaps legops:applications[3].connects[0].to[0] (203.0.113.0/24) for the same port: keep the larger one",
		}},
		{"incomplete", "dev", []edit{set("applications[3].connects", []any{map[string]any{"to": []any{}, "port": 0, "why": "to: send"}})}, []string{
			"legops:applications[3].connects[0].port: 0: below the minimum of 1: write a whole number of 1 to 65535",
			"legops:applications[3].connects[0].to: []: has 0 elements, must have at least 1: write a list of 1 to 20",
			"legops:applications[3].connects[0].why: to: send: malformed: write a word or two of letters digits and hyphens (40 at most)",
		}},
	})
}
