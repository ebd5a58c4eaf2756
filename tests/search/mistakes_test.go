package search

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/checkout"
)

// mistakes are edits of what the job runs, each without one of its rules, and the check that has to notice.
var mistakes = map[string]struct{ old, new, check string }{
	"names of others":                {`prefix=legops-application-`, `prefix=`, "what people made stays"},
	"no role":                        {`put roles "$prefix$name"`, `: "$prefix$name"`, "each uses indices of its own"},
	"no mapping":                     {`put rolesmapping "$prefix$name"`, `: "$prefix$name"`, "each uses indices of its own"},
	"a mapping without its role":     {`\"allowed_actions\":[\"indices_all\"]}]}" &&`, `\"allowed_actions\":[\"indices_all\"]}]}";`, "a reserved role is told, and the others are served"},
	"a hyphen":                       {`${name}_*`, `$name-*`, "each uses indices of its own"},
	"whatever begins so":             {`${name}_*`, `$name*`, "each uses indices of its own"},
	"not the name itself":            {`[\"$name\",`, `[`, "each uses indices of its own"},
	"every index":                    {`[\"$name\",\"${name}_*\"]`, `[\"*\"]`, "each uses indices of its own"},
	"reading only":                   {`indices_all`, `indices:data/read*`, "each uses indices of its own"},
	"no bulk":                        {`\"cluster_composite_ops\",`, ``, "clients work"},
	"scrolls stay open":              {`\"indices:data/read/scroll/clear\",`, ``, "clients work"},
	"no greeting":                    {`\"cluster:monitor/main\",`, ``, "clients work"},
	"no health":                      {`,\"cluster:monitor/health\"`, ``, "clients work"},
	"the whole cluster":              {`\"cluster:monitor/health\"`, `\"cluster:*\"`, "none has a right over what all share"},
	"somebody else's":                {`\"backend_roles\":[\"$arn\"]`, `\"backend_roles\":[\"*\"]`, "each uses indices of its own"},
	"mappings of who goes stay":      {`stays "$name" || drop rolesmapping "$name"`, `:`, "who goes has nothing, and may come back"},
	"roles of who goes stay":         {`stays "$name" || drop roles "$name"`, `:`, "who goes has nothing, and may come back"},
	"who stays goes":                 {`!= "$1" ] || return 0`, `!= "$1" ] || return 1`, "a second run writes nothing"},
	"it says so each time":           {`[[ $answer == *'"No updates required"'* ]] || echo`, `echo`, "a second run writes nothing"},
	"it says nothing":                {`: set"`, `"`, "another application joins"},
	"it goes on knowing nothing":     {`{ refused "$1"; exit 1; }`, `refused "$1"`, "who is not the master user is told, and tries once"},
	"it stops at the first":          {`{ refused "$1/$2"; return 1; }`, `{ refused "$1/$2"; exit 1; }`, "a reserved role is told, and the others are served"},
	"it ends well all the same":      {`[ "$failed" -eq 0 ] || exit 1`, ``, "a reserved role is told, and the others are served"},
	"refusals of deletion pass":      {`*) refused "$1/$2" ;;`, `*) ;;`, "a reserved role is told, and the others are served"},
	"everything is not told":         {`all_access | security_manager) failed=1`, `all_access | security_manager)`, "an application that may do everything is told"},
	"what people made is a fault":    {`in all_access | security_manager)`, `in *)`, "an application with a role that people made is told, and no fault"},
	"one's own mapping is told":      {`[[ $role != "$prefix"* ]] || continue`, ``, "a second run writes nothing"},
	"any server":                     {`--connect-timeout`, `--insecure --connect-timeout`, "an impostor with another certificate learns nothing"},
	"any connection":                 {` --proto =https`, ``, "a domain without TLS gets nothing"},
	"another service":                {`:es" \`, `:aoss" \`, "each uses indices of its own"},
	"another region":                 {`aws:amz:$AWS_REGION`, `aws:amz:eu-north-1`, "each uses indices of its own"},
	"no token of the session":        {`\nheader = "x-amz-security-token: %s"\n' "$key" "$secret" "$session"`, `\n' "$key" "$secret"`, "each uses indices of its own"},
	"no token of the pod":            {`--config <(printf 'header = "Authorization: %s"' "$pod") `, ``, "each uses indices of its own"},
	"any credentials":                {`--fail `, ``, "no credentials, no request"},
	"secrets on the command line":    {`\nheader = "x-amz-security-token: %s"\n' "$key" "$secret" "$session") \`, `\n' "$key" "$secret") --header "x-amz-security-token: $session" \`, "no secret is on a command line"},
	"JSON without its type":          {`--header 'content-type: application/json' `, ``, "each uses indices of its own"},
	"a here-document":                {`printf %s "$1" | grep`, `grep <<<"$1"`, "each uses indices of its own"},
	"another run's removal is one's": {`404) ;; # another run was first`, ``, "what another run has taken away meanwhile is no fault"},
}

func TestMistakesShow(t *testing.T) {
	j := theJob(t)
	for name, m := range mistakes {
		check, known := checks[m.check]
		if !assert.True(t, known, "%s: no check %q", name, m.check) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edited := j
			edited.Files = maps.Clone(j.Files)
			edited.Files["run.sh"] = checkout.Replace(t, "run.sh", j.Files["run.sh"], m.old, m.new)
			assert.Error(t, check(newWorld(t, edited)), "without the rule, the check finds nothing")
		})
	}
}
