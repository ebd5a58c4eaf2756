package cloud

import (
	"strings"

	"legops/internal/catalogue"
)

// deliveryOutputs are what AWS computes for sources, builds, releases, events, alarms and their topics.
var deliveryOutputs = map[string]map[string]func(made) any{
	catalogue.BuildProject: {
		"badgeUrl":           always(""),
		"description":        always(""),
		"publicProjectAlias": always(""),
		"encryptionKey":      func(m made) any { return m.ownKey("s3") },
	},
	catalogue.CodeRepository: {
		"repositoryId": func(m made) any { return uuid(m.digest("repository")) },
		"cloneUrlHttp": func(m made) any { return "https://" + m.cloneAddress() },
		"cloneUrlSsh":  func(m made) any { return "ssh://" + m.cloneAddress() },
		"kmsKeyId":     func(m made) any { return m.ownKey("codecommit") },
	},
	catalogue.CodeConnection: {
		"connectionStatus": always("PENDING"), // until a person has agreed at the other end
		"ownerAccountId":   func(m made) any { return m.connection.account },
	},
	catalogue.DeployApplication: {
		"applicationId":     func(m made) any { return strings.TrimSuffix(m.id, ":"+m.inputs.Text("name")) },
		"githubAccountName": always(""),
	},
	catalogue.DeploymentGroup: {
		"deploymentGroupId": func(m made) any { return m.id },
		"computePlatform":   always("Server"),
	},
	catalogue.EventTarget: {"targetId": func(m made) any { return strings.TrimPrefix(m.id, m.inputs.Text("rule")+"-") }},
	catalogue.MetricAlarm: {"evaluateLowSampleCountPercentiles": always("")},
	catalogue.Topic:       {"owner": func(m made) any { return m.connection.account }},
	catalogue.TopicPolicy: {"owner": func(m made) any { return m.connection.account }},
	catalogue.TopicSubscription: {
		"confirmationWasAuthenticated": always(false),
		"pendingConfirmation": func(m made) any {
			protocol := m.inputs.Text("protocol")
			return strings.HasPrefix(protocol, "email") || strings.HasPrefix(protocol, "http")
		},
	},
}

// ownKey is the alias of the key that a service uses if it is given none.
func (m made) ownKey(service string) string {
	return fill("arn:{partition}:kms:{region}:{account}:alias/aws/"+service, m.connection, m.typ, "", "", nil)
}

func (m made) cloneAddress() string {
	return "git-codecommit." + m.region() + "." + m.suffix() + "/v1/repos/" + m.inputs.Text("repositoryName")
}
