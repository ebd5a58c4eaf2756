package reach

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestPortsInWords(t *testing.T) {
	for want, ports := range map[string]Ports{
		"no port":                       nil,
		"every port":                    portsOf("-1", 0, 0),
		"tcp 443":                       tcp(443),
		"tcp 1-3, udp 53":               portsOf("udp", 53, 53).union(portsOf("TCP", 1, 2)).union(tcp(3)),
		"udp":                           portsOf("17", -1, -1),
		"other protocols":               portsOf("icmp", 8, 0),
		"tcp 0-442, tcp 444-65535, udp": portsOf("tcp", -1, -1).union(portsOf("udp", -1, -1)).without(tcp(443)),
	} {
		assert.Equal(t, want, ports.String())
	}
}

// Ports are sets.
func TestPortsAreSets(t *testing.T) {
	spans := rapid.Custom(func(t *rapid.T) Ports {
		first := rapid.IntRange(0, 40).Draw(t, "first")
		return Ports{{first, first + rapid.IntRange(0, 9).Draw(t, "more")}}
	})
	of := func(t *rapid.T, name string) (ports Ports) {
		for _, s := range rapid.SliceOfN(spans, 0, 5).Draw(t, name) {
			ports = ports.union(s)
		}
		return ports
	}
	has := func(p Ports, port int) bool { return len(p.intersect(Ports{{port, port}})) > 0 }
	rapid.Check(t, func(t *rapid.T) {
		a, b := of(t, "a"), of(t, "b")
		for port := range 60 {
			inA, inB := has(a, port), has(b, port)
			assert.Equal(t, inA || inB, has(a.union(b), port))
			assert.Equal(t, inA && inB, has(a.intersect(b), port))
			assert.Equal(t, inA && !inB, has(a.without(b), port))
		}
	})
}
