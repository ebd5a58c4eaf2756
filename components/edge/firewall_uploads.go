package edge

import (
	"strings"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

// outsideUploads matches requests in whose bodies a managed rule found something, unless they are for an upload path. Such a rule adds a
// label even if it only counts, and rules after its group see it (AWS WAF Developer Guide, "Web request labeling"). Were AWS to rename a
// label, its rule would block nowhere as long as there are upload paths.
func outsideUploads(paths []string) kit.Inputs {
	var labels []kit.Inputs
	for _, managed := range managedRules {
		for _, rule := range managed.bodies {
			label := managed.labels + strings.TrimSuffix(rule, "_BODY") + "_Body"
			labels = append(labels, kit.Inputs{"labelMatchStatement": kit.Inputs{"scope": "LABEL", "key": label}})
		}
	}
	upload := kit.Inputs{"regexMatchStatement": kit.Inputs{
		"regexString":  settings.UploadExpression(paths),
		"fieldToMatch": kit.Inputs{"uriPath": kit.Inputs{}},
		// What NGINX does before it chooses the application: it decodes once, then resolves "//", "/./" and "/../".
		"textTransformations": []kit.Inputs{{"priority": 0, "type": "URL_DECODE"}, {"priority": 1, "type": "NORMALIZE_PATH"}},
	}}
	return kit.Inputs{"andStatement": kit.Inputs{"statements": []kit.Inputs{
		{"orStatement": kit.Inputs{"statements": labels}},
		{"notStatement": kit.Inputs{"statements": []kit.Inputs{upload}}},
	}}}
}
