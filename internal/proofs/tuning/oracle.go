package tuning

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// The oracle says what an update did to data and to what serves, from the simulated cloud's record of every change alone: neither from the
// plan nor from what the review makes of it. Of the catalogue it takes which types hold data, which serve, and what is a part of what; which
// inputs guard data it tells by their names, so that it finds what the catalogue's list of guards lacks.

// truth is what an update did.
type truth struct {
	// lost is data that went, or that is guarded by less than before; by the URN of what held or guarded it.
	lost map[resource.URN][]string
	// data is what held data and went.
	data map[resource.URN]bool
	// away is what serves and was not there for a time, though it is there now; gone is what serves and is no longer there.
	away, gone map[resource.URN]bool
	// restarted is what serves and changed in place in a way that interrupts it, or slows it.
	restarted map[resource.URN][]string
}

// guards are the names of inputs that guard data, with the change that leaves it with less: a number that falls or, of what removes data, one
// that comes or falls; a flag or a mode that changes. Whatever its type, an input with such a name counts.
var guards = []struct {
	path *regexp.Regexp
	less func(was, is any) bool
}{
	{regexp.MustCompile(`(?i)retentionInDays$`), func(was, is any) bool { return is != nil && (was == nil || number(is) < number(was)) }},
	{regexp.MustCompile(`(?i)(retention(days|seconds|period)|deleteAfter|recoveryWindowInDays|deletionWindowInDays|defaultRetention\.(days|years))$`), falls},
	{regexp.MustCompile(`(?i)(deletionProtection|enableKeyRotation|isEnabled|storageEncrypted|multiAz|zoneAwarenessEnabled)$`), func(was, is any) bool { return was == true && is != true }},
	{regexp.MustCompile(`(?i)(skipFinalSnapshot|deleteAutomatedBackups|forceDestroy|forceDelete)$`), func(was, is any) bool { return was != true && is == true }},
	{regexp.MustCompile(`(?i)(versioningConfiguration\.status)$`), func(was, is any) bool { return was == "Enabled" && is != "Enabled" }},
	{regexp.MustCompile(`(?i)imageTagMutability$`), func(was, is any) bool { return was == "IMMUTABLE" && is != "IMMUTABLE" }},
	{regexp.MustCompile(`(?i)defaultRetention\.mode$`), func(was, is any) bool { return was == "COMPLIANCE" && is != "COMPLIANCE" }},
	{regexp.MustCompile(`(?i)kmsKey(Id|Arn)?$|kmsMasterKeyId$|encryptionKey$`), func(was, is any) bool { return was != nil && was != is }},
	{regexp.MustCompile(`(?i)engineVersion$`), func(was, is any) bool { return was != nil && was != is }},
	{regexp.MustCompile(`(?i)(allocatedStorage|volumeSize|instanceCount)$`), falls},
}

func falls(was, is any) bool { return was != nil && (is == nil || number(is) < number(was)) }

func number(value any) float64 {
	n, _ := value.(float64)
	return n
}

// unguarding are inputs that have the name of a guard and guard no data, by type and name: why.
var unguarding = map[string]string{
	catalogue.Database + " performanceInsightsRetentionPeriod": "what it keeps are measurements, not data of the platform",
	catalogue.Database + " maxAllocatedStorage":                "it is how far the storage may grow, and takes nothing away",
	// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
	catalogue.BackupVaultLock + " maxRetentionDays": "AWS Backup refuses what is to be kept for longer; backups that are there stay",
}

// observe says what the events since a record was as before did.
func observe(before []cloud.Entry, events []cloud.Event, after []cloud.Entry) *truth {
	t := &truth{map[resource.URN][]string{}, map[resource.URN]bool{}, map[resource.URN]bool{}, map[resource.URN]bool{}, map[resource.URN][]string{}}
	there, live := map[string]*cloud.Entry{}, map[string]int{}
	for i := range after {
		there[identity(&after[i])] = &after[i]
	}
	for i := range before {
		live[before[i].URN]++
	}
	gone := map[string]bool{} // identities of what went
	for _, e := range events {
		switch {
		case e.Is == nil:
			gone[identity(e.Was)] = true
			if live[e.Was.URN]--; live[e.Was.URN] == 0 && serves(e.Was) {
				t.away[resource.URN(e.Was.URN)] = true
			}
		case e.Was == nil:
			live[e.Is.URN]++
		}
	}
	for urn := range t.away {
		if live[string(urn)] == 0 {
			t.gone[urn] = true
			delete(t.away, urn)
		}
	}
	for _, e := range events {
		switch {
		case e.Is == nil:
			t.deleted(e.Was, gone, there)
		case e.Was != nil:
			t.changed(e.Was, e.Is)
		}
	}
	for urn, less := range unkept(before, after) {
		t.lost[urn] = append(t.lost[urn], less...)
	}
	return t
}

// identity is how the cloud tells an entry from others.
func identity(e *cloud.Entry) string {
	parts := []string{e.Account, e.Region, e.Cluster, e.Type, e.ID}
	if cloud.IsPatch(e.Type) {
		parts = append(parts, e.URN)
	}
	return strings.Join(parts, " ")
}

func serves(e *cloud.Entry) bool { return catalogue.Of(e.Type).Failure != "" }

func (t *truth) lose(e *cloud.Entry, format string, args ...any) {
	urn := resource.URN(e.URN)
	if text := fmt.Sprintf(format, args...); !slices.Contains(t.lost[urn], text) {
		t.lost[urn] = append(t.lost[urn], text)
	}
}

// deleted looks at what went: data, or a part of what holds data and stays.
func (t *truth) deleted(e *cloud.Entry, gone map[string]bool, there map[string]*cloud.Entry) {
	known := catalogue.Of(e.Type)
	if known.HoldsData() {
		t.lose(e, "%s went, with %s", e.ID, known.Holds)
		t.data[resource.URN(e.URN)] = true
		return
	}
	if is := there[identity(e)]; is != nil {
		t.changed(e, is) // it has come back, the same to the service
		return
	}
	whole := known.PartOf
	if whole.To == "" || !catalogue.Of(whole.To).HoldsData() {
		return
	}
	of := *e
	of.Type, of.ID = whole.To, model.Values(e.Inputs).Text(whole.Input)
	if there[identity(&of)] != nil && !gone[identity(&of)] && known.Loss != "" {
		t.lose(e, "%s went, a part of %s, which stays", e.ID, of.ID)
	}
}

// changed looks at what an update changed.
func (t *truth) changed(was, is *cloud.Entry) {
	inner(was.Inputs, is.Inputs, "", func(path string, before, after any) {
		for _, guard := range guards {
			if unguarding[is.Type+" "+path] == "" && guard.path.MatchString(path) && guard.less(before, after) && guarding(is.Type) {
				t.lose(is, "%s: %v → %v", path, before, after)
			}
		}
		restart := catalogue.Of(is.Type).RestartsAt(path)
		held := model.Values(was.Outputs).Get(path) // what the provider sends again changes nothing
		if restart != nil && (!restart.Switched || isOff(before) != isOff(after)) && (before != nil || !reflect.DeepEqual(held, after)) {
			urn := resource.URN(is.URN)
			t.restarted[urn] = append(t.restarted[urn], path)
		}
	})
}

// isOff says whether an input is switched off.
func isOff(value any) bool { return value == nil || value == false || value == 0.0 || value == "" }

// guarding says whether a type holds data, or is a part of what does, or guards it in another way: a plan of backups, a lock.
func guarding(typ string) bool {
	known := catalogue.Of(typ)
	return known.HoldsData() || known.Loss != "" || catalogue.Of(known.PartOf.To).HoldsData()
}

// inner tells the innermost inputs that differ: elements of lists by their place, documents in a text unfolded.
func inner(was, is any, path string, tell func(path string, was, is any)) {
	was, is = unfold(was), unfold(is)
	if reflect.DeepEqual(was, is) {
		return
	}
	below := func(step string) string { return strings.TrimPrefix(path+"."+step, ".") }
	switch v := is.(type) {
	case map[string]any:
		before, _ := was.(map[string]any)
		both := maps.Clone(v)
		for key, value := range before {
			if _, has := v[key]; !has {
				both[key] = value
			}
		}
		for key := range both {
			inner(before[key], v[key], below(key), tell)
		}
	case []any:
		before, _ := was.([]any)
		for i := range max(len(before), len(v)) {
			inner(element(before, i), element(v, i), fmt.Sprintf("%s[%d]", path, i), tell)
		}
	case nil:
		if gone, is := was.(map[string]any); is {
			for key, value := range gone {
				inner(value, nil, below(key), tell)
			}
			return
		}
		tell(path, was, is)
	default:
		tell(path, was, is)
	}
}

// unfold reads a document in a text.
func unfold(value any) any {
	text, is := value.(string)
	if !is || !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return value
	}
	var document any
	if json.Unmarshal([]byte(text), &document) != nil {
		return value
	}
	return document
}
