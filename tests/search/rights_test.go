package search

import (
	"slices"
	"strings"
)

// groups are the action groups that roles use, as src/main/resources/static_config/static_action_groups.yml of the plugin has them.
var groups = map[string][]string{
	"cluster_composite_ops":    {"indices:data/write/bulk", "indices:admin/aliases*", "indices:data/write/reindex", "cluster_composite_ops_ro"},
	"cluster_composite_ops_ro": {"indices:data/read/mget", "indices:data/read/msearch", "indices:data/read/mtv", "indices:admin/aliases/exists*", "indices:admin/aliases/get*", "indices:data/read/scroll", "indices:admin/resolve/index"},
	"indices_all":              {"indices:*"},
}

// clusterActions are those that are asked of the role itself, not of its indices, beside all that begin with cluster: (isClusterPerm in
// privileges/PrivilegesEvaluatorImpl.java).
var clusterActions = []string{
	"indices:admin/template/*", "indices:admin/index_template/*", "indices:data/read/scroll*", "indices:data/write/bulk", "indices:data/read/mget",
	"indices:data/read/msearch*", "indices:data/read/mtv", "indices:data/write/reindex", "indices:data/read/search/template/render", "cluster:*",
}

// rolesOf are the roles of the domain that who signs as an IAM role has: AWS gives the domain its ARN as user and as backend role.
func (d *domain) rolesOf(arn string) (roles []string) {
	for name, mapping := range d.collections["rolesmapping"].entries {
		if slices.Contains(append(mapping.Texts("backend_roles"), mapping.Texts("users")...), arn) {
			roles = append(roles, name)
		}
	}
	slices.Sort(roles)
	return roles
}

// may says whether who signs as an IAM role may do something, on an index if it is something that is done to one.
func (d *domain) may(arn, action, index string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range d.rolesOf(arn) {
		role := d.collections["roles"].entries[name]
		if slices.ContainsFunc(clusterActions, func(pattern string) bool { return like(pattern, action) }) {
			if allows(role.Texts("cluster_permissions"), action) {
				return true
			}
			continue
		}
		for _, of := range role.Objects("index_permissions") {
			within := slices.ContainsFunc(of.Texts("index_patterns"), func(pattern string) bool { return like(pattern, index) })
			if within && allows(of.Texts("allowed_actions"), action) {
				return true
			}
		}
	}
	return false
}

func allows(granted []string, action string) bool {
	return slices.ContainsFunc(granted, func(pattern string) bool {
		if group, is := groups[pattern]; is {
			return allows(group, action)
		}
		return like(pattern, action)
	})
}

// like says whether a text is of a pattern in which one * may stand for any characters.
func like(pattern, text string) bool {
	head, tail, wild := strings.Cut(pattern, "*")
	return text == pattern || wild && len(text) >= len(pattern)-1 && strings.HasPrefix(text, head) && strings.HasSuffix(text, tail)
}
