package cloud

import (
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
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
		rules: []rule{
			when(func(in model.Values) bool { return strings.HasSuffix(in.Text("repositoryName"), ".git") },
				`InvalidRepositoryNameException: "{repositoryName}" must not end in .git`),
		},
	},
})

func (m made) cloneAddress() string {
	return "git-codecommit." + m.region() + "." + m.suffix() + "/v1/repos/" + m.inputs.Text("repositoryName")
}
