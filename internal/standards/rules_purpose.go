package standards

import (
	"fmt"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// purposes are the keys that data is under, by type: the input with the key, and the purpose of the key, which ends its name.
var purposes = []struct{ typ, path, purpose string }{
	{catalogue.LogGroup, "kmsKeyId", "logs"},
	{catalogue.LaunchTemplate, "blockDeviceMappings", "volumes"},
	{clusterComponent, "encryptionConfigKeyArn", "secrets"},
	{catalogue.Database, "kmsKeyId", "database"},
	{catalogue.Database, "performanceInsightsKmsKeyId", "database"},
	{catalogue.Database, "masterUserSecretKmsKeyId", "credentials"},
	{catalogue.SearchDomain, "encryptAtRest.kmsKeyId", "search"},
	{catalogue.Queue, "kmsMasterKeyId", "queues"},
	{catalogue.Topic, "kmsMasterKeyId", "alerts"},
	{catalogue.BucketEncryption, "rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId", "storage"},
	{catalogue.ImageRepository, "encryptionConfigurations[*].kmsKey", "registry"},
	{catalogue.CodeRepository, "kmsKeyId", "source"},
	{catalogue.Secret, "kmsKeyId", "credentials"},
	{catalogue.BackupVault, "kmsKeyArn", "backup"},
}

var purposeRules = []Rule{{
	ID: "KEY-PURPOSE", What: "each kind of data is under the key of its purpose, in its own region",
	Reason: "whoever may read one kind of data could read the others", Source: own,
	Types: purposeTypes(), UnknownPasses: true, Check: otherPurpose,
}}

func purposeTypes() (types []string) {
	for _, p := range purposes {
		types = append(types, p.typ)
	}
	return types
}

// otherPurpose finds inputs that come from another key than that of their purpose. That there is a key at all is a matter of other
// rules.
func otherPurpose(p *platform, r *model.Resource) []string {
	var problems []string
	for _, of := range purposes {
		if of.typ != r.Type || !r.Has(of.path) {
			continue
		}
		input := fmt.Sprint(model.ParsePath(of.path)[0])
		right := false
		for _, urn := range r.PropertyDependencies[input] {
			from := p.At(urn)
			if from == nil || from.Type != catalogue.Key {
				continue
			}
			right = strings.HasSuffix(from.Name(), "-"+of.purpose) && (r.Provider == "" || r.Provider == from.Provider)
			if !right {
				problems = append(problems, fmt.Sprintf("%s comes from the key %s: it has to come from the key of its region for %s", input, from.Name(), of.purpose))
			}
		}
		if !right && len(problems) == 0 {
			problems = append(problems, fmt.Sprintf("%s comes from no key of this stack: it has to come from that for %s", input, of.purpose))
		}
	}
	return problems
}
