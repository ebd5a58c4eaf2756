package catalogue

import (
	"regexp"
	"slices"
)

// Types are all that are known, by service.
var Types = slices.Concat(
	acm, autoscaling, backup, budgets, cloudfront, cloudwatch, codebuild, codecommit, codeconnections, codedeploy, codepipeline, ec2, ecr,
	eks, elb, events, iam, kms, kubernetes, logs, opensearch, random, rds, route53, s3, secretsmanager, sns, sqs, vpc, wafv2,
)

// byToken finds a type, and replacing what replaces it.
var byToken, replacing = index(Types)

func index(types []Type) (map[string]*Type, map[string][]string) {
	byToken, replacing := map[string]*Type{}, map[string][]string{}
	for i := range types {
		t := &types[i]
		if byToken[t.Token] != nil {
			panic("the catalogue has two entries for " + t.Token)
		}
		byToken[t.Token] = t
		replacing[t.Token] = t.replacing()
	}
	return byToken, replacing
}

// nothing is the entry of what the catalogue does not have.
var nothing = &Type{}

// Of is what is known of a type; of one that is not in the catalogue it is nothing.
func Of(token string) *Type {
	if t := byToken[token]; t != nil {
		return t
	}
	return nothing
}

// Tokens are those of all types.
func Tokens() []string {
	tokens := make([]string, len(Types))
	for i := range Types {
		tokens[i] = Types[i].Token
	}
	return tokens
}

// ReplacedBy are all inputs whose change makes a replacement necessary, with the marks of Replaces: also the physical name, unless
// that changes in place, and the inputs of the id.
func (t *Type) ReplacedBy() []string { return replacing[t.Token] }

func (t *Type) replacing() []string {
	paths := slices.Clone(t.Replaces)
	if t.Name.Input != "" && !t.Name.Renames {
		paths = append(paths, t.Name.Input)
	}
	for _, blank := range Blank.FindAllStringSubmatch(t.ID, -1) {
		if input := blank[2]; !derived.MatchString(input) || input == "name" && t.Name.Input == "" {
			paths = append(paths, input)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Blank matches what is filled into a form, with the separator before it.
var Blank = regexp.MustCompile(`([_:/,#-]?)\{([^}]+)\}`)

// derived matches blanks that are no inputs of their own.
var derived = regexp.MustCompile(`^(?:partition|region|account|dnsSuffix|id|digest|uuid|(?:hex|capitals|letters)\d+|name|path|listener|listenerRule|wafScope|target)$`)
