package review

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// opening is one way in: somebody may reach, see or run something. It goes by its text.
type opening struct {
	text            string
	component, name string
}

// accessSettings are the properties that keep people out.
var accessSettings = []setting{
	of(catalogue.Cluster, `vpcConfig\.endpointPublicAccess`, on, "the Kubernetes API has a public address"),
	of(catalogue.Database, "publiclyAccessible", on, "the database has a public address"),
	of(catalogue.Database, "iamDatabaseAuthenticationEnabled", off, "passwords take the place of roles"),
	of(catalogue.LoadBalancer, "internal", leaves("true"), "the load balancer faces the internet"),
	of(catalogue.Listener, "sslPolicy", changed, "other versions and ciphers of TLS are accepted"),
	of(catalogue.Subnet, "mapPublicIpOnLaunch", on, "what starts in the subnet has a public address"),
	of("aws:ec2/instance:Instance", "associatePublicIpAddress", on, "the instance has a public address"),
	of("", `metadataOptions\.httpTokens`, leaves("required"), "instance metadata, with the credentials of the role, is had without a session token"),
	of("", `metadataOptions\.httpPutResponseHopLimit`, higher, "containers reach instance metadata"),
	of(catalogue.BucketPublicAccessBlock, "blockPublicAcls|blockPublicPolicy|ignorePublicAcls|restrictPublicBuckets", leaves("true"), "the bucket can be made public"),
	of(catalogue.SearchDomain, `domainEndpointOptions\.enforceHttps`, off, "search is reached without TLS"),
	of(catalogue.SearchDomain, `domainEndpointOptions\.tlsSecurityPolicy`, changed, "other versions of TLS are accepted"),
	of(catalogue.SearchDomain, `advancedSecurityOptions\.(enabled|masterUserOptions\..*)`, changed, "who is master of the search domain changes"),
	of(catalogue.Distribution, `viewerCertificate\.minimumProtocolVersion`, changed, "other versions of TLS are accepted"),
	of(catalogue.Distribution, ".*viewerProtocolPolicy", changed, "visitors come by another protocol"),
	of(catalogue.Distribution, "webAclId", removed, "no firewall is in front of the distribution"),
	of(catalogue.ResponseHeadersPolicy, `securityHeadersConfig\.strictTransportSecurity\.accessControlMaxAgeSec`, gone, "browsers insist on TLS for a shorter time"),
	of(catalogue.ResponseHeadersPolicy, `securityHeadersConfig\.strictTransportSecurity\.(includeSubdomains|preload)`, off, "browsers insist on TLS for fewer names"),
	of(catalogue.ResponseHeadersPolicy, `securityHeadersConfig\.(contentTypeOptions|frameOptions|referrerPolicy)\..*`, changed, "browsers are told something else"),
	of(catalogue.WebACL, `rules\[.*\]\.statement\.rateBasedStatement\.limit`, higher, "one address may send more requests"),
	of(catalogue.WebACL, `rules\[.*\]\.statement\.rateBasedStatement\.aggregateKeyType`, leaves("IP"), "one address may send more requests"),
	of(catalogue.BuildProject, `environment\.privilegedMode`, on, "a build is root on its machine"),
	of(catalogue.BuildWebhook, `filterGroups\[.*`, changed, "other events of GitHub start it"),
	of(catalogue.AdmissionPolicy, `spec\..*`, differs, "the cluster refuses other requests"),
	of(catalogue.AdmissionPolicyBinding, `spec\..*`, differs, "a policy of the cluster refuses in other places, or only warns"),
}

// accessGuards are the types that keep people out of a neighbour.
var accessGuards = map[string]string{
	catalogue.BucketPublicAccessBlock: "the bucket can be made public",
	catalogue.DefaultSecurityGroup:    "the default group of the VPC opens again",
	catalogue.WebACL:                  "nothing filters what visitors send",
	catalogue.NetworkPolicy:           "pods that it narrowed are reached by all, unless another policy does",

	catalogue.AdmissionPolicy:        "the cluster no longer refuses what it refused: whom it held back may do all that roles allow",
	catalogue.AdmissionPolicyBinding: "its policy is no longer in force: whom it held back may do all that roles allow",
}

func accessLoss(token string) string { return accessGuards[token] }

// widened is what may be done with the head that the base did not allow.
func widened(p *model.Plan, changes []Change) []Finding {
	names := namesOf(p.Base())
	base, head := side(p.Base(), names), side(p.Head(), names)
	var found []Finding
	for _, o := range head.openings {
		if !slices.ContainsFunc(base.openings, func(other opening) bool { return other.text == o.text }) {
			found = append(found, Finding{Resource: o.name, Component: o.component, Text: "new: " + o.text})
		}
	}
	found = append(found, newPermissions(base.permissions, head.permissions, names)...)
	for _, filter := range slices.Sorted(maps.Keys(base.filters)) {
		if _, still := head.filters[filter]; !still && len(head.filters) > 0 {
			o := base.filters[filter]
			found = append(found, Finding{Resource: o.name, Component: o.component, Text: "no longer: " + o.text})
		}
	}
	for i := range changes {
		found = append(found, changes[i].settings(accessSettings)...)
	}
	return append(found, unguarded(changes, accessLoss)...)
}

// access is what one side of a plan lets happen.
type access struct {
	openings    []opening
	permissions []permission
	// filters are what keeps something out, by text: the rules of the firewall.
	filters map[string]opening
}

func side(g *model.Graph, names map[string]string) access {
	all := access{filters: map[string]opening{}}
	for _, r := range g.Resources {
		component := g.ComponentName(r)
		if opens := openers[r.Type]; opens != nil {
			for _, text := range opens(r, names) {
				text = strings.ReplaceAll(text, model.Unknown, "<known after deployment>")
				all.openings = append(all.openings, opening{text, component, r.Name()})
			}
		}
		if filters := filterers[r.Type]; filters != nil {
			for _, text := range filters(r) {
				all.filters[text] = opening{text, component, r.Name()}
			}
		}
		all.permissions = append(all.permissions, permissions(component, r)...)
	}
	return all
}

// namesOf gives what services identify by an id, alone or in an ARN, such as security groups and keys, the names that the program
// has for them.
func namesOf(base *model.Graph) map[string]string {
	names := map[string]string{}
	for _, r := range base.Resources {
		if r.ID != "" {
			names[r.ID] = r.Name()
			if id := uuid.FindString(r.ID); id != "" && strings.HasPrefix(r.ID, "arn:") {
				names[id] = r.Name()
			}
		}
		// pulumi-eks makes the cluster; the group that EKS adds is an output of it.
		if r.Type == catalogue.Cluster {
			if group := r.Outputs.Text("vpcConfig.clusterSecurityGroupId"); group != "" {
				names[group] = "the cluster"
			}
		}
	}
	return names
}

// named is the value of an input as people know it.
func named(r *model.Resource, input string, names map[string]string) string {
	value := r.Text(input)
	if value == model.Unknown {
		return strings.Join(r.Sources(input), ", ")
	}
	if name := names[value]; name != "" {
		return name
	}
	return value
}

// world says that a range of addresses is all there are.
func world(text string) string {
	if prefix, err := netip.ParsePrefix(text); err == nil && prefix.Bits() == 0 {
		return text + " (the whole internet)"
	}
	return text
}
