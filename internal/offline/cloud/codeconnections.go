package cloud

import (
	"legops/internal/catalogue"
	"legops/internal/model"
)

// What CodeConnections computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.CodeConnection: {
		outputs: outputs{
			"connectionStatus": always("PENDING"), // until a person has agreed at the other end
			"ownerAccountId":   func(m made) any { return m.connection.account },
		},
		rules: []rule{
			when(func(in model.Values) bool { return given(in, "providerType", "hostArn") != 1 },
				"InvalidInputException: either providerType or hostArn must be given"),
			oneOf("providerType", "Bitbucket", "GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged"),
		},
	},
})
