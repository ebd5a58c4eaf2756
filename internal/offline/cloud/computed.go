package cloud

import (
	"encoding/base64"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/schema"
)

// made is what a computed output may depend on.
type made struct {
	connection *connection
	typ, id    string
	arn        string
	inputs     model.Values
}

func (m made) digest(purpose string) string {
	return digest(m.connection.account, m.typ, m.id, purpose)
}

func (m made) name() string { return orElse(m.inputs.Text("name"), m.id) }

func (m made) region() string { return m.connection.region }

func (m made) suffix() string { return dnsSuffix(m.region()) }

// always is an output that is the same for every resource.
func always(value any) func(made) any { return func(made) any { return value } }

// zone is the id of the zone that a subnet is in.
func (m made) zone() string {
	return (&Entry{Account: m.connection.account, Region: m.region(), Inputs: m.inputs}).zone()
}

// commonOutputs are the outputs that mean the same on every type that has them.
var commonOutputs = map[string]func(made) any{
	"arn":     func(m made) any { return m.arn },
	"ownerId": func(m made) any { return m.connection.account },
	"region":  func(m made) any { return m.region() },
	"name":    func(m made) any { return m.name() },
}

// creationTime stands for every moment that AWS would record.
const creationTime = "2026-01-01T00:00:00Z"

// computedOutputs are the outputs of a resource that are not its inputs.
func (p *Provider) computedOutputs(m made) map[string]any {
	computed := map[string]any{}
	for name, property := range p.schema.Resources[m.typ].Outputs {
		value, given := m.inputs[name]
		_, open := value.(map[string]any) // AWS adds to an object that was given
		if value, ok := simulated[m.typ].outputs[name]; ok && (open || !given) {
			computed[name] = value(m)
		} else if given {
			continue
		} else if value, ok := commonOutputs[name]; ok {
			computed[name] = value(m)
		} else if property.Required && !strings.HasPrefix(m.typ, "kubernetes:") {
			computed[name] = p.unspecified(property, m, name)
		}
	}
	if p.clusters != nil && m.typ == catalogue.Cluster {
		if url, authority, ok := p.clusters.Address(m.id); ok {
			computed["endpoint"] = url
			computed["certificateAuthority"] = map[string]any{"data": base64.StdEncoding.EncodeToString(authority)}
		}
	}
	return computed
}

// unspecified fills an output that AWS always has and no table here names: recognisable, and the same every time.
func (p *Provider) unspecified(property schema.Property, m made, name string) any {
	switch property.Kind {
	case schema.Boolean:
		return false
	case schema.Integer, schema.Number:
		return 0
	case schema.Array:
		return []any{}
	case schema.Map:
		return map[string]any{}
	case schema.Object:
		object := map[string]any{}
		for inner, property := range p.schema.Objects[property.Object] {
			if property.Required {
				object[inner] = p.unspecified(property, m, name+"."+inner)
			}
		}
		return object
	default:
		return name + "-" + m.digest(name)[:8]
	}
}

// afterLast is what follows the last separator, all of a text without one.
func afterLast(text, separator string) string {
	parts := strings.Split(text, separator)
	return parts[len(parts)-1]
}
