package cloud

import (
	"maps"
	"slices"

	"legops/internal/model"
)

// Some services keep what was deleted for a while: nobody can use it, and a person can have it back. Until then a secret's name stays taken. The
// provider says of both kinds that they are gone, so that Pulumi never finds them again by itself (terraform-provider-aws 6.13,
// internal/service/kms/key.go: findKeyByID, and internal/service/secretsmanager/secret.go: findSecretByID).

// keepsSecret is whether a deleted secret is kept: the provider forces the deletion of one without a window (resourceSecretDelete).
func keepsSecret(in model.Values) bool { return in.Number("recoveryWindowInDays", 30) != 0 }

// keepsKey is always: KMS deletes no key before 7 days have passed.
func keepsKey(model.Values) bool { return true }

// keptSecret refuses a name that a deleted secret still has. The provider tries again for two minutes, which is not long enough
// (resourceSecretCreate).
func keptSecret(p *Provider, e *Entry) error {
	for _, other := range p.record.recoverable {
		if other.Type == e.Type && other.Account == e.Account && other.Region == e.Region && nameOf(e.Type, other.in()) == nameOf(e.Type, e.in()) {
			return e.refusal("InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion: %s",
				other.ID)
		}
	}
	return nil
}

// Recoverable returns what was deleted, and its service keeps, ordered by type and id.
func (r *Record) Recoverable() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Entry
	for _, e := range slices.SortedFunc(maps.Values(r.recoverable), func(a, b *Entry) int { return a.key().compare(b.key()) }) {
		found = append(found, *e)
	}
	return found
}

// RestoreByHand brings back what was deleted and is kept, as a person does with `aws kms cancel-key-deletion` and `aws secretsmanager restore-secret`.
func (p *Provider) RestoreByHand(e Entry) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return p.record.commit(change{Put: &e})
}

// deleted is the change that deletes an entry.
func deleted(e *Entry) change {
	keeps := simulated[e.Type].keeps
	return change{
		Delete: &Entry{Account: e.Account, Region: e.Region, Cluster: e.Cluster, Type: e.Type, ID: e.ID, URN: e.URN},
		Keep:   keeps != nil && keeps(e.in()),
	}
}
