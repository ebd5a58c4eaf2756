package cloud

import (
	"fmt"
	"math"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What AWS Backup computes and refuses. A plan against a lock AWS makes all the same; its every job then fails.
var _ = simulate(map[string]simulation{
	catalogue.BackupVault: {deletion: vaultLetsGo, removed: discardPoints},
	catalogue.BackupVaultLock: {
		deletion: lockStays,
		rules: []rule{
			within(limit{"changeableForDays", 3, 36500}, limit{"minRetentionDays", 1, 36500}, limit{"maxRetentionDays", 1, 36500}),
			when(func(in model.Values) bool {
				return in.Number("minRetentionDays", 1) > in.Number("maxRetentionDays", 36500)
			},
				"InvalidParameterValueException: minRetentionDays {minRetentionDays} is above maxRetentionDays {maxRetentionDays}"),
		},
	},
	catalogue.BackupPlan: {rules: []rule{
		size("rules", 1, math.MaxInt, "InvalidParameterValueException: a plan needs a rule"),
		each("rules",
			when(func(in model.Values) bool { return in.Text("schedule") != "" && !validCron(in.Text("schedule")) },
				`InvalidParameterValueException: schedule "{schedule}" is not valid`),
			whenValues(func(in model.Values) ([]any, bool) {
				start, completion := in.Number("startWindow", 480), in.Number("completionWindow", 10080)
				return []any{start, completion}, start < 60 || completion < start+60
			}, "InvalidParameterValueException: it has {} minutes to start and {} to complete, at least 60 each are needed"),
			vaultTakes("targetVaultName"), each("copyActions", vaultTakes("destinationVaultArn")),
		),
	}},
	catalogue.BackupSelection: {rules: []rule{
		assumable("iamRoleArn", "backup"),
		when(func(in model.Values) bool { return given(in, "resources", "selectionTags") == 0 },
			"InvalidParameterValueException: a selection needs resources or selectionTags"),
		size("resources", 0, 500, "InvalidParameterValueException: a selection has at most 500 resources"),
		size("notResources", 0, 500, "InvalidParameterValueException: a selection has at most 500 resources"),
	}},
})

// BackUp puts a recovery point into each vault, as the job of a plan does.
func (p *Provider) BackUp() error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, vault := range p.record.index.find(byType(catalogue.BackupVault)) {
		point := Stray{Account: vault.Account, Region: vault.Region, Kind: StrayPoint, ID: digest(vault.Account, vault.Region, vault.ID, "point")[:32], Name: vault.ID}
		if err := p.record.commit(strayed(point)); err != nil {
			return err
		}
	}
	return nil
}

// Restore puts beside what serves what a restore drill restores from a recovery point: a database and a bucket of a name. They stay until somebody
// deletes them.
func (p *Provider) Restore(name string) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, vault := range p.record.index.find(byType(catalogue.BackupVault)) {
		if len(p.pointsIn(vault)) == 0 {
			continue
		}
		for _, kind := range []string{StrayDatabase, StrayBucket} {
			if err := p.record.commit(strayed(Stray{Account: vault.Account, Region: vault.Region, Kind: kind, ID: name, Name: name})); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("no vault has a recovery point that could be restored as %s", name)
}

// Pass lets days go by, as far as the locks of vaults count them.
func (p *Provider) Pass(days int) {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	p.passed += days
}

// lockStays is the rule that a lock goes only before its lock date (botocore 1.43.11, backup: DeleteBackupVaultLockConfiguration, and
// PutBackupVaultLockConfiguration.ChangeableForDays). Believed: all that is here was made on the first day.
func lockStays(p *Provider, e *Entry) error {
	if days := e.in().Number("changeableForDays", math.Inf(1)); float64(p.passed) >= days {
		return e.refusal("InvalidRequestException: the lock of %s has been immutable since its %v days were over", e.ID, days)
	}
	return nil
}

// locked is the lock of a vault; nil if it has none.
func (p *Provider) locked(account, region, vault string) *Entry {
	return p.record.entries[keyOf(account, region, "", catalogue.BackupVaultLock, vault)]
}

// pointsIn are the recovery points in a vault.
func (p *Provider) pointsIn(vault *Entry) (points []*Stray) {
	for _, s := range p.record.strays {
		if s.Kind == StrayPoint && s.Account == vault.Account && s.Region == vault.Region && s.Name == vault.ID {
			points = append(points, s)
		}
	}
	return points
}

// vaultLetsGo is the rule that a vault goes only without recovery points. If they shall go with it, the provider deletes them first
// (terraform-provider-aws 5.100, internal/service/backup/vault.go: resourceVaultDelete), which the vault's lock refuses. Believed: for how long is not
// looked at, since a point that is old enough for the lock is about to expire.
func vaultLetsGo(p *Provider, e *Entry) error {
	points := p.pointsIn(e)
	switch {
	case len(points) == 0:
		return nil
	case !e.in().Flag("forceDestroy"):
		return e.refusal("InvalidRequestException: Backup vault cannot be deleted because it contains recovery points: %s", points[0].ID)
	case p.locked(e.Account, e.Region, e.ID) != nil:
		return e.refusal("InvalidRequestException: the recovery point %s cannot be deleted: the vault is locked", points[0].ID)
	}
	return nil
}

// discardPoints deletes the recovery points of a vault that goes with them.
func discardPoints(p *Provider, e *Entry) error {
	for _, point := range p.pointsIn(e) {
		if err := p.record.commit(change{Gone: point}); err != nil {
			return err
		}
	}
	return nil
}

// vaultTakes makes a rule: the vault at a path, told by name or ARN, takes what lives as long as the lifecycle beside it says. Cold
// storage lasts 90 days.
func vaultTakes(path string) rule {
	return func(p *Provider, e *Entry) error {
		vault, lifecycle := e.in().Text(path), e.in().Values("lifecycle")
		days := lifecycle.Number("deleteAfter", 36500)
		if cold := lifecycle.Number("coldStorageAfter", 0); cold > 0 && days < cold+90 {
			return e.refusal("InvalidParameterValueException: what goes to cold storage after %v days is kept for 90 more, not %v in all", cold, days)
		}
		found := p.record.referred(e.Account, vault)
		if !strings.HasPrefix(vault, "arn:") {
			found = p.record.named(e, catalogue.BackupVault, vault)
		}
		if found == nil {
			return nil // refuseReferences says so
		}
		lock := p.locked(found.Account, found.Region, found.ID)
		if lock == nil {
			return nil
		}
		if least, most := lock.in().Number("minRetentionDays", 1), lock.in().Number("maxRetentionDays", 36500); days < least || days > most {
			return e.refusal("InvalidParameterValueException: %v days are not the %v to %v that the lock of %s lets in", days, least, most, found.ID)
		}
		return nil
	}
}
