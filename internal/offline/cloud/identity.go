package cloud

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/regions"
)

// placeOf is the region that an id or a name of a type is unique in, or "" where that is the whole account.
func placeOf(typ, region string) string {
	if catalogue.Of(typ).Scope == catalogue.InAccount {
		return ""
	}
	return region
}

// isObject says whether a type is one of the Kubernetes API, with a name in its metadata.
func isObject(typ string) bool { return strings.HasPrefix(typ, "kubernetes:") }

// nameOf is the physical name of a resource, or "".
func nameOf(typ string, inputs model.Values) string {
	if input := catalogue.Of(typ).Name.Input; input != "" {
		return inputs.Text(input)
	}
	return ""
}

// digest derives the part of an identifier that AWS would draw at random: the same deployment always gets
// the same ids, so that previews can be compared.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// physicalID derives the id that AWS would give. The generation tells the successor of a replaced resource
// from its predecessor while both exist.
func (p *Provider) physicalID(c *connection, urn resource.URN, inputs model.Values, generation int) string {
	typ := string(urn.Type())
	seed := digest(c.account, c.region, string(urn), fmt.Sprint(generation))
	return fill(catalogue.Of(typ).ID, c, typ, seed, "", inputs)
}

// arn derives a resource's ARN. Where the catalogue has no form it is AWS's general one.
func (p *Provider) arn(c *connection, typ, id string, inputs model.Values) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	form := catalogue.Of(typ).ARN
	if form == "" {
		module, rest, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), "/")
		kind, _, _ := strings.Cut(rest, ":")
		form = "arn:{partition}:" + module + ":{region}:{account}:" + strings.ToLower(kind) + "/{id}"
	}
	return fill(form, c, typ, digest(c.account, typ, id), id, inputs)
}

// fill puts values into the braces of a form of the catalogue. One that there is not leaves out the separator before it.
func fill(form string, c *connection, typ, seed, id string, inputs model.Values) string {
	var filled strings.Builder
	end := 0
	for _, at := range catalogue.Blank.FindAllStringSubmatchIndex(form, -1) {
		filled.WriteString(form[end:at[0]])
		if value := blank(form[at[4]:at[5]], c, typ, seed, id, inputs); value != "" {
			filled.WriteString(form[at[2]:at[3]] + value)
		}
		end = at[1]
	}
	return filled.String() + form[end:]
}

// blank is what goes into braces: of the connection, out of the seed, or the input of that name.
func blank(name string, c *connection, typ, seed, id string, inputs model.Values) string {
	kind := strings.TrimRight(name, "0123456789")
	length, _ := strconv.Atoi(name[len(kind):])
	switch kind {
	case "partition":
		return regions.Partition(c.region)
	case "region":
		return c.region
	case "account":
		return c.account
	case "dnsSuffix":
		return dnsSuffix(c.region)
	case "id":
		return id
	case "digest":
		return seed[:36]
	case "uuid":
		return uuid(seed)
	case "hex":
		return seed[:length]
	case "capitals":
		return drawn(seed, length, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
	case "letters":
		return drawn(seed, length, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
	case "name":
		return orElse(nameOf(typ, inputs), inputs.Text(name))
	case "path":
		return orElse(inputs.Text(name), "/")
	case "listener":
		return strings.Replace(inputs.Text("loadBalancerArn"), ":loadbalancer/", ":listener/", 1)
	case "listenerRule":
		return strings.Replace(inputs.Text("listenerArn"), ":listener/", ":listener-rule/", 1)
	case "wafScope":
		return map[string]string{"CLOUDFRONT": "global", "REGIONAL": "regional"}[inputs.Text("scope")]
	}
	return inputs.Text(name)
}

// uuid writes a digest in the form of a UUID.
func uuid(seed string) string {
	return strings.Join([]string{seed[:8], seed[8:12], seed[12:16], seed[16:20], seed[20:32]}, "-")
}

// drawn picks characters of an alphabet, as a digest says.
func drawn(seed string, length int, alphabet string) string {
	if alphabet == "" {
		return ""
	}
	picked := make([]byte, length)
	for i := range picked {
		part := digest(seed, fmt.Sprint(i))
		at, _ := strconv.ParseUint(part[:8], 16, 64) // the first digits of a digest are always a number
		picked[i] = alphabet[at%uint64(len(alphabet))]
	}
	return string(picked)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// dnsSuffix is what the names of a region's endpoints end in.
func dnsSuffix(region string) string {
	if regions.Partition(region) == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}
