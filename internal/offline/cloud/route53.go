package cloud

import (
	"strings"

	"legops/internal/catalogue"
)

// What Route 53 computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.DNSRecord: {
		outputs: outputs{"fqdn": func(m made) any { return strings.TrimSuffix(m.inputs.Text("name"), ".") }},
		implied: func(m made) []string {
			return []string{impliedName(catalogue.DNSRecord, strings.TrimSuffix(m.inputs.Text("name"), "."))}
		},
		rules: []rule{recordIsWhole},
	},
})

// recordIsWhole is Route 53's rule that a record has values and their lifetime, or is an alias.
func recordIsWhole(_ *Provider, e *Entry) error {
	if alias := e.in().Has("aliases"); alias == (e.in().Has("records") && e.in().Has("ttl")) {
		return e.refusal("InvalidChangeBatch: a record needs either records and ttl, or aliases")
	}
	return nil
}
