package offline

import (
	"encoding/json"
	"fmt"
	"os"
)

// Unprotect removes Pulumi's protection from every resource of a stack, like `pulumi state unprotect --all`, and returns the
// URNs of those that had it. A preview then shows all effects of a change, instead of stopping at the first refusal.
func (s *Session) Unprotect(stack string) (map[string]bool, error) {
	text, err := os.ReadFile(s.stateFile(stack))
	if err != nil {
		return nil, fmt.Errorf("reading the state of %s: %w", stack, err)
	}
	var file map[string]any
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("reading the state of %s: %w", stack, err)
	}
	checkpoint, _ := file["checkpoint"].(map[string]any)
	latest, _ := checkpoint["latest"].(map[string]any)
	resources, found := latest["resources"].([]any)
	if !found {
		return nil, fmt.Errorf("the state of %s has no resources: deploy the stack first", stack)
	}
	protected := map[string]bool{}
	for _, r := range resources {
		if r, is := r.(map[string]any); is && r["protect"] == true {
			delete(r, "protect")
			protected[fmt.Sprint(r["urn"])] = true
		}
	}
	if text, err = json.Marshal(file); err != nil {
		return nil, err
	}
	return protected, os.WriteFile(s.stateFile(stack), text, 0o600)
}
