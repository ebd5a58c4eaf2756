package cloud

import (
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What Route 53 computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.DNSRecord: {
		outputs: outputs{"fqdn": func(m made) any { return strings.TrimSuffix(m.inputs.Text("name"), ".") }},
		implied: func(m made) []string {
			return []string{impliedName(catalogue.DNSRecord, strings.TrimSuffix(m.inputs.Text("name"), "."))}
		},
		rules: []rule{
			when(func(in model.Values) bool { return in.Has("aliases") == (in.Has("records") && in.Has("ttl")) },
				"InvalidChangeBatch: a record needs either records and ttl, or aliases"),
		},
	},
})
