package tuning

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// What is kept is asked of a model: objects, images and backups as the record before and the record after would treat them. So the oracle finds a
// rule that comes, that is for more than before, or that only its neighbours make harmless, whatever its inputs are called.

// unkept is what is kept for less after than before, by the URN of what decides about it.
func unkept(before, after []cloud.Entry) map[resource.URN][]string {
	lost := map[resource.URN][]string{}
	was, is := recordOf(before), recordOf(after)
	for _, judge := range []struct {
		token string
		// whole is the input that names what holds the data; fewer says what is kept no longer, "" if nothing.
		whole string
		fewer func(was, is model.Values) string
	}{
		{catalogue.BucketLifecycle, "bucket", objectsRemoved},
		{catalogue.BucketReplication, "bucket", notReplicated},
		{catalogue.ImageLifecyclePolicy, "repository", imagesRemoved},
		{catalogue.BackupVaultPolicy, "backupVaultName", noLongerDenied},
	} {
		for key, e := range merge(was.of[judge.token], is.of[judge.token]) {
			holder := *e
			holder.Type = catalogue.Of(judge.token).PartOf.To
			holder.ID = model.Values(e.Inputs).Text(judge.whole)
			if was.by[identity(&holder)] == nil || is.by[identity(&holder)] == nil {
				continue // it comes or goes with what it is about
			}
			if fewer := judge.fewer(inputs(was.of[judge.token][key]), inputs(is.of[judge.token][key])); fewer != "" {
				lost[resource.URN(e.URN)] = append(lost[resource.URN(e.URN)], fewer)
			}
		}
	}
	was.notBackedUp(is, lost)
	return lost
}

// record is what there is, by identity, and by type and URN.
type record struct {
	by map[string]*cloud.Entry
	of map[string]map[string]*cloud.Entry
}

func recordOf(entries []cloud.Entry) *record {
	r := &record{map[string]*cloud.Entry{}, map[string]map[string]*cloud.Entry{}}
	for i := range entries {
		e := &entries[i]
		r.by[identity(e)] = e
		if r.of[e.Type] == nil {
			r.of[e.Type] = map[string]*cloud.Entry{}
		}
		r.of[e.Type][e.URN] = e
	}
	return r
}

func merge(was, is map[string]*cloud.Entry) map[string]*cloud.Entry {
	both := maps.Clone(was)
	if both == nil {
		both = map[string]*cloud.Entry{}
	}
	maps.Copy(both, is)
	return both
}

func inputs(e *cloud.Entry) model.Values {
	if e == nil {
		return nil
	}
	return e.Inputs
}

// unfolded is a document in a text.
func unfolded(value any) model.Values { return model.ValuesOf(unfold(value)) }

// text is a document as one text, by which two can be told apart.
func text(value any) string {
	written, err := json.Marshal(value)
	if err != nil {
		panic(err) // what came as JSON
	}
	return string(written)
}

// notReplicated says that fewer rules copy.
func notReplicated(was, is model.Values) string {
	copies := func(in model.Values) (n int) {
		for _, rule := range in.Objects("rules") {
			if rule["status"] == "Enabled" {
				n++
			}
		}
		return n
	}
	if copies(is) < copies(was) {
		return "fewer rules copy its objects"
	}
	return ""
}

// noLongerDenied says that a statement which denies is not there any more as it was.
func noLongerDenied(was, is model.Values) string {
	denied := func(in model.Values) (all []string) {
		for _, s := range unfolded(in["policy"]).Objects("Statement") {
			if s["Effect"] == "Deny" {
				all = append(all, text(s))
			}
		}
		return all
	}
	now := denied(is)
	for _, s := range denied(was) {
		if !slices.Contains(now, s) {
			return "no longer denied: " + s
		}
	}
	return ""
}
