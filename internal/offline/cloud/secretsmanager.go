package cloud

import (
	"legops/internal/catalogue"
	"legops/internal/model"
)

// What Secrets Manager computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Secret: {keeps: keepsSecret, rules: []rule{
		keptSecret,
		// How long a deleted secret can be restored
		when(func(in model.Values) bool {
			days := in.Number("recoveryWindowInDays", 30)
			return days != 0 && (days < 7 || days > 30)
		}, "InvalidParameterException: recoveryWindowInDays is {recoveryWindowInDays}, must be 0 or 7 to 30"),
	}},
})
