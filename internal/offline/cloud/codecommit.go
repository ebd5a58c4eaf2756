package cloud

import (
	"strings"

	"legops/internal/catalogue"
)

// What CodeCommit computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.CodeRepository: {
		outputs: outputs{
			"repositoryId": func(m made) any { return uuid(m.digest("repository")) },
			"cloneUrlHttp": func(m made) any { return "https://" + m.cloneAddress() },
			"cloneUrlSsh":  func(m made) any { return "ssh://" + m.cloneAddress() },
			"kmsKeyId":     func(m made) any { return m.ownKey("codecommit") },
		},
		rules: []rule{sourceName},
	},
})

func (m made) cloneAddress() string {
	return "git-codecommit." + m.region() + "." + m.suffix() + "/v1/repos/" + m.inputs.Text("repositoryName")
}

// sourceName is CodeCommit's rule on names that the form alone cannot tell.
func sourceName(_ *Provider, e *Entry) error {
	if name := e.in().Text("repositoryName"); strings.HasSuffix(name, ".git") {
		return e.refusal("InvalidRepositoryNameException: %q must not end in .git", name)
	}
	return nil
}
