package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// certificatesOf are the certificates in the cloud: their names, by ARN.
func certificatesOf(s *engine.Stack) map[string][]string {
	found := map[string][]string{}
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.Certificate {
			in := model.Values(e.Inputs)
			found[model.Values(e.Outputs).Text("arn")] = append(in.Texts("domainName"), in.Texts("subjectAlternativeNames")...)
		}
	}
	return found
}

// answers says why nobody who asks for a name gets an answer of an application; empty if they do. CloudFront takes a connection to the load balancer for
// good whose certificate has the name that the visitor asked for or that of the origin.
func answers(s *engine.Stack, name string) string {
	certificates := certificatesOf(s)
	records, hosts := map[string]bool{}, map[string]bool{}
	var alias, origin string
	var ofCloudFront, ofBalancer []string
	for _, e := range s.Record().Entries("") {
		in := model.Values(e.Inputs)
		switch {
		case e.Type == catalogue.DNSRecord && in.Text("type") == "A":
			records[in.Text("name")] = true
		case e.Type == catalogue.Distribution:
			alias, ofCloudFront = in.Texts("aliases")[0], certificates[in.Text("viewerCertificate.acmCertificateArn")]
			for _, o := range in.Objects("origins") {
				if o.Text("originId") == "applications" {
					origin = o.Text("domainName")
				}
			}
		case e.Type == catalogue.Listener && in.Text("protocol") == "HTTPS":
			ofBalancer = certificates[in.Text("certificateArn")]
		case strings.HasSuffix(e.Type, ":Ingress"):
			for _, host := range in.Texts("spec.rules[*].host") {
				hosts[host] = true
			}
		}
	}
	switch {
	case !records[name]:
		return "no record"
	case alias != name:
		return "CloudFront does not know it"
	case !slices.Contains(ofCloudFront, name):
		return "CloudFront's certificate is another's"
	case !records[origin]:
		return "no record of the origin"
	case !slices.Contains(ofBalancer, name) && !slices.Contains(ofBalancer, origin):
		return "the load balancer's certificate is another's"
	case !hosts[name]:
		return "the ingress does not know it"
	}
	return ""
}

// TestDomainMoves is docs/runbooks/change-domain.md on the simulated cloud: new certificates before anything uses them, the old ones and the records of
// the old name at the end, killed at the moments between, continued and taken back.
func TestDomainMoves(t *testing.T) {
	const before, after, zone = "legops.example", "legops.test", "Z0PRODUCTION000000001"
	there := small(t, "prod", [2]string{"name: " + before, "name: " + after}, [2]string{"hostedZoneId: " + zone, "hostedZoneId: Z0PRODUCTION000000002"})
	here := small(t, "prod")
	start := deployedSmall(t, "prod")
	require.Empty(t, answers(start, before))
	// serves is that first one name is served, then perhaps none, then the other, and that CloudFront and the load balancer have a certificate all the time.
	serves := func(t *testing.T, s *engine.Stack, first, then string) func(cloud.Call) {
		phases := []string{first, "", then}
		return func(c cloud.Call) {
			now := ""
			for _, name := range []string{first, then} {
				if answers(s, name) == "" {
					now = name
				}
			}
			at := slices.Index(phases, now)
			if !assert.GreaterOrEqual(t, at, 0, "%s %s: %q is served again", c.Op, c.URN, now) {
				return
			}
			if at > 0 {
				t.Logf("%s %s: %q is served; %s: %s; %s: %s", c.Op, c.URN, now, first, answers(s, first), then, answers(s, then))
			}
			phases = phases[at:]
			there := certificatesOf(s)
			for _, used := range certificatesInUse(s) {
				assert.Contains(t, there, used, "%s %s", c.Op, c.URN)
			}
		}
	}
	ends := func(t *testing.T, s *engine.Stack, source engine.Source, name, left string) {
		t.Helper()
		quiet(t, s, source)
		assert.Empty(t, answers(s, name))
		for arn, names := range certificatesOf(s) {
			assert.NotContains(t, names, left, arn)
		}
		for _, e := range s.Record().Entries("") {
			if e.Type == catalogue.DNSRecord {
				assert.False(t, strings.HasSuffix(strings.TrimSuffix(model.Values(e.Inputs).Text("name"), "."), left), "%s", e.ID)
			}
		}
	}
	t.Run("there and back", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, watched(t, s, there, serves(t, s, before, after)))
		ends(t, s, there, after, before)
		require.NoError(t, watched(t, s, here, serves(t, s, after, before)))
		ends(t, s, here, before, after)
	})
	for name, kill := range map[string]moment{
		"before the certificates are issued":   {call("create", catalogue.CertificateValidation), false},
		"before the load balancer has its own": {call("update", catalogue.Listener), false},
		"before CloudFront changes over":       {call("update", catalogue.Distribution), false},
		"after CloudFront has changed over":    {call("update", catalogue.Distribution), true},
		"before an old certificate goes":       {call("delete", catalogue.Certificate), false},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := copied(t, start)
			killed(t, s, there, kill, serves(t, s, before, after))
			s.ClearPendingCreates()
			require.NoError(t, s.Up(t.Context(), there), "the same again")
			ends(t, s, there, after, before)
		})
	}
	t.Run("not back before it is finished", func(t *testing.T) {
		s := copied(t, start)
		killed(t, s, there, moment{call("delete", catalogue.DNSRecord), false}, serves(t, s, before, after))
		require.ErrorContains(t, s.Up(t.Context(), here), "AlreadyExists", "the records of the old name wait for their deletion")
	})
}

// certificatesInUse are the ARNs of those of CloudFront and the load balancer.
func certificatesInUse(s *engine.Stack) (arns []string) {
	for _, e := range s.Record().Entries("") {
		switch in := model.Values(e.Inputs); e.Type {
		case catalogue.Distribution:
			arns = append(arns, in.Text("viewerCertificate.acmCertificateArn"))
		case catalogue.Listener:
			arns = append(arns, in.Texts("certificateArn")...)
		}
	}
	return arns
}
