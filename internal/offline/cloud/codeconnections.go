package cloud

import (
	"legops/internal/catalogue"
	"legops/internal/model"
)

// What CodeConnections computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.CodeConnection: {
		// One that comes in place of another has another id.
		removed: func(p *Provider, e *Entry) error {
			p.spent[e.key()] = true
			return nil
		},
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

// Approve says whether a person has approved the connections there are; in the beginning, whatever connection there is has been. Its status stays, which
// the program does not read.
func (p *Provider) Approve(approved bool) {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	p.unapproved = !approved
}
