package cloud

import "legops/internal/catalogue"

// What Secrets Manager computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Secret: {rules: []rule{recoveryWindow}},
})

// recoveryWindow is Secrets Manager's rule on how long a deleted secret can be restored.
func recoveryWindow(_ *Provider, e *Entry) error {
	if days := e.in().Number("recoveryWindowInDays", 30); days != 0 && (days < 7 || days > 30) {
		return e.refusal("InvalidParameterException: recoveryWindowInDays is %v, must be 0 or 7 to 30", days)
	}
	return nil
}
