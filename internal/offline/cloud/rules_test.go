package cloud

import (
	"strings"
	"testing"

	"legops/internal/catalogue"
)

func TestSmallRules(t *testing.T) {
	refuses(t, catalogue.Key, func(client) values { return values{"deletionWindowInDays": 30} }, map[string]mistake{
		"gone too soon":   sets("deletionWindowInDays", 6, "deletionWindowInDays is 6, must be 7 to 30"),
		"turned too soon": sets("rotationPeriodInDays", 89, "rotationPeriodInDays is 89"),
	})
	refuses(t, catalogue.Secret, func(client) values { return values{"name": "legops/prod", "recoveryWindowInDays": 0} }, map[string]mistake{
		"gone too soon": sets("recoveryWindowInDays", 6, "recoveryWindowInDays is 6"),
		"gone too late": sets("recoveryWindowInDays", 31, "recoveryWindowInDays is 31"),
	})
	refuses(t, catalogue.LogGroup, func(client) values { return values{"name": "/legops", "retentionInDays": 365} }, map[string]mistake{
		"a reserved": sets("name", "aws/legops", "reserved"),
		"a year off": sets("retentionInDays", 366, "retentionInDays is 366"),
	})
	refuses(t, catalogue.RolePolicyAttachment, func(c client) values {
		c.role("app")
		return values{"role": "app", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
	}, map[string]mistake{
		"no role": sets("role", "nobody", "NotFound: role nobody"),
	})
	refuses(t, catalogue.LogMetricFilter, func(c client) values {
		c.made(catalogue.LogGroup, "logs", values{"name": "/pods"})
		return values{
			"name": "reloads", "logGroupName": "/pods", "pattern": "error",
			"metricTransformation": values{"namespace": "legops/ingress", "name": "Errors", "value": "1"},
		}
	}, map[string]mistake{
		"no log group":         sets("logGroupName", "/nobody", "NotFound: logGroupName /nobody"),
		"a long pattern":       sets("pattern", strings.Repeat("e", 1025), "pattern has 1025 characters"),
		"a reserved namespace": sets("metricTransformation.namespace", "AWS/Logs", `the namespace "AWS/Logs" is reserved`),
		"a name":               sets("metricTransformation.name", "Errors:5xx", `the name "Errors:5xx" of the metric`),
	})
	refuses(t, catalogue.ImageRepository, func(client) values { return values{"name": "legops/portal", "imageTagMutability": "IMMUTABLE"} }, map[string]mistake{
		"mutability": sets("imageTagMutability", "NEVER", `imageTagMutability is "NEVER"`),
	})
	refuses(t, catalogue.InstanceProfile, func(c client) values { c.role("bastion"); return values{"name": "bastion", "role": "bastion"} }, map[string]mistake{
		"no role": sets("role", "nobody", "NotFound: role nobody"),
	})
	refuses(t, catalogue.LaunchTemplate, func(c client) values {
		c.made(catalogue.InstanceProfile, "profile", values{"name": "bastion"})
		return values{"name": "bastion", "iamInstanceProfile": values{"name": "bastion"}}
	}, map[string]mistake{
		"no profile":       sets("iamInstanceProfile.name", "nobody", "NotFound: name nobody"),
		"no such profile":  sets("iamInstanceProfile", values{"arn": "arn:aws:iam::111111111111:instance-profile/nobody"}, "NotFound: arn arn"),
		"no such security": sets("vpcSecurityGroupIds", []any{"sg-00000000000000000"}, "NotFound: vpcSecurityGroupIds"),
	})
}
