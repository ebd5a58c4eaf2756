package stacks

import "testing"

// What Kubernetes cannot ask for, or what would ask for something else than it says.
func TestProbesRefuse(t *testing.T) {
	probes := func(of map[string]any) edit { return set("applications[3].probes", of) }
	const write = ": malformed: write a path such as /matters/health"
	bad := func(name, path string) mistake {
		return mistake{name, "dev", []edit{probes(map[string]any{"live": path})}, []string{"legops:applications[3].probes.live: " + show(path) + write}}
	}
	checkMistakes(t, []mistake{
		{"both", "dev", []edit{probes(map[string]any{"live": "/documents/health", "ready": "/documents/ready?full=1&quiet"})}, nil},
		{"one of them, and the root", "dev", []edit{probes(map[string]any{"ready": "/"})}, nil},
		{"other names", "dev", []edit{probes(map[string]any{"liveness": "/a", "readiness": "/b"})}, []string{
			"legops:applications[3].probes.liveness: unknown key: remove it; the keys here are live, ready",
			"legops:applications[3].probes.readiness: unknown key: remove it; the keys here are live, ready",
		}},
		bad("nothing", ""),
		bad("no slash", "health"),
		bad("an address", "http://localhost/health"),
		bad("another host", "//example.com/health"),
		bad("a space", "/health check"),
		bad("a quotation mark", "/health\"}"),
		bad("a fragment", "/health#ready"),
		bad("a character of a shell", "/$(health)"),
		bad("an empty query", "/health?"),
		{"in the tuning of an account", "dev", []edit{set("tuning.applications.documents.probes", map[string]any{"live": "/a"})}, []string{
			"legops:tuning.applications.documents.probes: unknown key: remove it; the keys here are cpu, maxReplicas, memory, minReplicas, settings, workers",
		}},
	})
}
