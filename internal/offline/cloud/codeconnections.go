package cloud

import "legops/internal/catalogue"

// What CodeConnections computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.CodeConnection: {
		outputs: outputs{
			"connectionStatus": always("PENDING"), // until a person has agreed at the other end
			"ownerAccountId":   func(m made) any { return m.connection.account },
		},
		rules: []rule{connectionHasOneEnd},
	},
})

// connectionProviders are the hosts of code that CodeConnections connects to.
var connectionProviders = []string{"Bitbucket", "GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged"}

// connectionHasOneEnd is the rule that a connection leads to a provider or to a host of one's own.
func connectionHasOneEnd(p *Provider, e *Entry) error {
	if e.in().Has("providerType") == e.in().Has("hostArn") {
		return e.refusal("InvalidInputException: either providerType or hostArn must be given")
	}
	return oneOf("providerType", connectionProviders...)(p, e)
}
