package cloud

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// mistake turns inputs that AWS takes into some that it refuses, and may make things that stand in their way.
type mistake struct {
	make func(c client, in values)
	want string
}

// refuses proves that AWS takes what base makes, a second time only where it has no name, and nothing that a mistake makes of it.
func refuses(t *testing.T, typ string, base func(c client) values, mistakes map[string]mistake) {
	t.Helper()
	t.Run("as it should be", func(t *testing.T) {
		c := newClient(t)
		in := base(c)
		c.made(typ, "thing", in)
		if catalogue.Of(typ).Name.Input != "" {
			c.refused(typ, "second", in, "exists, made for thing")
		}
	})
	for name, m := range mistakes {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			in := base(c)
			m.make(c, in)
			c.refused(typ, "thing", in, m.want)
		})
	}
}

// sets is a mistake in one input, given by its dotted path; nil takes it away.
func sets(path string, value any, want string) mistake {
	return mistake{func(_ client, in values) { set(in, path, value) }, want}
}

func set(in values, path string, value any) {
	head, rest, nested := strings.Cut(path, ".")
	switch {
	case nested:
		if in[head] == nil {
			in[head] = values{}
		}
		set(in[head].(values), rest, value)
	case value == nil:
		delete(in, head)
	default:
		in[head] = value
	}
}

// text is a value as JSON.
func jsonOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// statementOf is a policy of one statement.
func statementOf(statement values) string {
	return jsonOf(values{"Version": "2012-10-17", "Statement": []any{statement}})
}

// allows is a policy that lets somebody do everything with a resource.
func allows(principal any, resource string) string {
	return statementOf(values{"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": resource})
}

// place is a VPC with what needs to be in it.
type place struct {
	vpc     string
	subnets []any
	group   string
}

// zonesOfPlace are those of a place's subnets.
var zonesOfPlace = []string{"use1-az4", "use1-az6"}

// network makes a VPC that can be reached, with a subnet in each of two zones and a security group.
func (c client) network() place {
	p := place{vpc: c.vpc()}
	c.made(catalogue.InternetGateway, "gateway", values{"vpcId": p.vpc})
	for i, zone := range zonesOfPlace {
		id, _ := c.made(catalogue.Subnet, "subnet-"+zone, values{"vpcId": p.vpc, "cidrBlock": "10.0." + string(rune('0'+i)) + ".0/24", "availabilityZoneId": zone})
		p.subnets = append(p.subnets, id)
	}
	p.group, _ = c.made(catalogue.SecurityGroup, "group", values{"vpcId": p.vpc, "name": "group"})
	return p
}

// elsewhere makes a security group in another VPC.
func (c client) elsewhere() string {
	vpc, _ := c.made(catalogue.Vpc, "other-vpc", values{"cidrBlock": "10.9.0.0/16"})
	group, _ := c.made(catalogue.SecurityGroup, "other-group", values{"vpcId": vpc, "name": "other"})
	return group
}

// sameZone makes a subnet in the zone of the network's first.
func (c client) sameZone(p place) string {
	id, _ := c.made(catalogue.Subnet, "subnet-again", values{"vpcId": p.vpc, "cidrBlock": "10.0.9.0/24", "availabilityZoneId": zonesOfPlace[0]})
	return id
}

func (c client) bucket(name string) string {
	id, _ := c.made(catalogue.Bucket, name, values{"bucket": name})
	return id
}

func (c client) role(name string) string {
	_, role := c.made(catalogue.Role, name, values{"name": name, "assumeRolePolicy": trustPolicy})
	return role["arn"].(string)
}

// certificate makes one that is issued.
func (c client) certificate(names ...any) string {
	arn, _ := c.made(catalogue.Certificate, "certificate", values{
		"domainName": names[0], "subjectAlternativeNames": names[1:], "validationMethod": "DNS",
	})
	c.made(catalogue.CertificateValidation, "validation", values{"certificateArn": arn})
	return arn
}

// removes proves that a thing is deleted only when what uses it is gone.
func (c client) removes(typ, name, id string, user, userName, userID string) {
	c.t.Helper()
	assert.ErrorContains(c.t, c.remove(typ, name, id), "DependencyViolation: "+id+" is in use by "+userName)
	require.NoError(c.t, c.remove(user, userName, userID))
	assert.NoError(c.t, c.remove(typ, name, id))
}
