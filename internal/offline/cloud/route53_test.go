package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

func TestRecordRules(t *testing.T) {
	refuses(t, catalogue.DNSRecord, func(client) values {
		return values{"zoneId": "Z1", "name": "legops.example", "type": "A", "aliases": []any{values{"name": "a.example", "zoneId": "Z2", "evaluateTargetHealth": false}}}
	}, map[string]mistake{
		"nothing":  sets("aliases", nil, "needs either records and ttl, or aliases"),
		"both":     {func(_ client, in values) { in["records"], in["ttl"] = []any{"192.0.2.1"}, 60 }, "needs either records and ttl, or aliases"},
		"the same": {func(c client, in values) { c.made(catalogue.DNSRecord, "first", in) }, "AlreadyExists"},
	})
	c := newClient(t)
	in := values{"zoneId": "Z1", "name": "a.example", "type": "TXT", "records": []any{"x"}, "ttl": 60, "allowOverwrite": true}
	c.made(catalogue.DNSRecord, "first", in)
	_, err := c.create(catalogue.DNSRecord, "second", in)
	assert.NoError(t, err, "unless it is told to take over")
}
