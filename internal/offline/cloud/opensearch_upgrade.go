package cloud

import (
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// To upgrade a domain, OpenSearch Service checks it, takes a snapshot and builds it beside itself, which takes from minutes to hours. The provider first
// sends whatever else changes, then asks for the upgrade, and waits for three hours (terraform-provider-aws, a copy of 2025,
// internal/service/opensearch/domain.go: resourceDomainUpdate). It looks at the domain as it runs, not at Pulumi's state, for the versions that the
// domain can be upgraded to.

const (
	searchUpgradeSays = "It answers with the version that it runs until an upgrade is complete, and takes no other change meanwhile. If the upgrade " +
		"fails, or takes longer than the provider waits, the state has the new version, until the provider reads the domain again."
	searchUpgradeSource = "terraform-provider-aws, a copy of 2025, internal/service/opensearch/domain.go: resourceDomainUpdate, domainErrorRetryable; " +
		"terraform-plugin-sdk#476. Believed: the version and `processing` of DescribeDomain meanwhile"
)

// SearchUpgrade is how the upgrades of search domains go.
type SearchUpgrade int

// The ways in which they go.
const (
	// UpgradesSucceed, and are complete at once.
	UpgradesSucceed SearchUpgrade = iota
	// UpgradesLast longer than the provider waits, until EndSearchUpgrade.
	UpgradesLast
	// UpgradesFail the check before they begin.
	UpgradesFail
)

// SearchUpgrades says how the upgrades of search domains go from now on.
func (p *Provider) SearchUpgrades(how SearchUpgrade) {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	p.searchUpgrades = how
}

// EndSearchUpgrade completes the upgrade that is under way.
func (p *Provider) EndSearchUpgrade() error {
	return p.findSearch(func(e *Entry) string { return e.Upgrading })
}

// UpgradeSearch upgrades a domain past Pulumi, as `aws opensearch upgrade-domain` does.
func (p *Provider) UpgradeSearch(name, version string) error {
	return p.findSearch(func(e *Entry) string {
		if e.in().Text("domainName") == name {
			return version
		}
		return ""
	})
}

// findSearch lets the domain that is to run another version, which is not empty, run it.
func (p *Provider) findSearch(version func(*Entry) string) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, e := range p.record.index.find(byType(catalogue.SearchDomain)) {
		if to := version(e); to != "" {
			return p.searchRuns(*e, to)
		}
	}
	return errors.New("there is no such search domain to upgrade")
}

// searchRuns lets a domain run a version. The caller holds the record's lock, as for what follows.
func (p *Provider) searchRuns(e Entry, version string) error {
	e.Inputs = maps.Clone(e.Inputs)
	e.Inputs["engineVersion"], e.Upgrading = version, ""
	held := model.Values(maps.Clone(e.Held))
	delete(held, "engineVersion")
	e.Held = orNone(held)
	p.answered(e.connection(), &e)
	return p.record.commit(change{Put: &e})
}

// asItRuns puts into the old inputs of a search domain the version that it runs.
func (p *Provider) asItRuns(key entryKey, olds resource.PropertyMap) resource.PropertyMap {
	if key.typ != catalogue.SearchDomain || !olds.HasValue("engineVersion") {
		return olds
	}
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	e := p.record.entries[key]
	if e == nil {
		return olds
	}
	running := olds.Copy()
	running["engineVersion"] = resource.NewProperty(e.holds().Text("engineVersion"))
	return running
}

// upgradeSearch is what becomes of a search domain by an update.
func (p *Provider) upgradeSearch(e, old *Entry) error {
	if e.Type != catalogue.SearchDomain {
		return nil
	}
	running, asked := old.holds().Text("engineVersion"), e.in().Text("engineVersion")
	switch {
	case old.Upgrading != "" && reflect.DeepEqual(e.Inputs, old.Inputs): // nothing is sent
		*e = *old
		return nil
	case old.Upgrading != "":
		return e.refusal("ValidationException: A change/update is in progress. Please wait for it to complete before requesting another change.")
	case running == asked || p.searchUpgrades == UpgradesSucceed:
		return nil
	case p.searchUpgrades == UpgradesFail:
		if err := p.searchRuns(*e, running); err != nil {
			return err
		}
		return &updateFailed{fmt.Sprintf("updating OpenSearch Domain (%s): upgrading: waiting for completion: unexpected state 'FAILED', wanted target 'SUCCEEDED'", e.ID)}
	}
	held := model.Values{"engineVersion": running}
	maps.Copy(held, e.Held)
	e.Upgrading, e.Held = asked, held
	p.answered(e.connection(), e)
	if err := p.record.commit(change{Put: e}); err != nil {
		return err
	}
	return &updateFailed{fmt.Sprintf("updating OpenSearch Domain (%s): upgrading: waiting for completion: timeout while waiting for state to become 'SUCCEEDED' "+
		"(last state: 'IN_PROGRESS', timeout: 3h0m0s)", e.ID)}
}
