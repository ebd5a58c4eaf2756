package unfinished_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/unfinished"
)

// tagged is a resource of a state in Ohio, with its ARN and our tags.
func tagged(token, name, arn string) string {
	return entry(token, name, `,"outputs":{"arn":"`+arn+`","tagsAll":{"Project":"legops","Environment":"production"}}`)
}

// lists is a list of aws with what is in it.
func lists(resources ...string) string {
	return `{"ResourceTagMappingList": [` + strings.Join(resources, ",") + `]}`
}

// carries is a resource of a list with our tags, and maybe more.
func carries(arn, more string) string {
	return `{"ResourceARN":"` + arn + `","Tags":[{"Key":"Project","Value":"legops"},{"Key":"Environment","Value":"production"}` + more + `]}`
}

const (
	ohio   = "arn:aws:kms:us-east-2:333333333333:key/"
	global = "arn:aws:kms:us-east-1:333333333333:key/"
)

func TestStrays(t *testing.T) {
	state := `{"version":3,"deployment":{"resources":[` + strings.Join([]string{
		tagged(key, "a", ohio+"a"), tagged(key, "b", global+"b"),
		entry("aws:ec2/natGateway:NatGateway", "nat", `,"outputs":{"tagsAll":{"Project":"legops","Environment":"production"}}`),
		tagged("aws:iam/role:Role", "r", "arn:aws:iam::333333333333:role/r"),
	}, ",") + `]}}`
	has := lists(carries(ohio+"a", ""), carries("arn:aws:ec2:us-east-2:333333333333:natgateway/id-nat", "")) + "\n"
	rest := lists(carries(global+"b", ""))
	for _, c := range []struct{ name, state, lists, want, err string }{
		{name: "nothing more", state: state, lists: has + rest},
		{name: "one more", state: state, lists: has + rest + lists(carries(ohio+"c", `,{"Key":"Name","Value":"lost"}`)),
			want: "- `" + ohio + "c` (`lost`): carries the stack's tags, and is in no state.\n"},
		{name: "what services made", state: state, lists: has + rest + lists(
			carries("arn:aws:ec2:us-east-2:333333333333:instance/i-1", `,{"Key":"aws:autoscaling:groupName","Value":"g"}`),
			carries("arn:aws:ec2:us-east-2:333333333333:instance/i-2", `,{"Key":"aws:autoscaling:groupName","Value":"g"}`)),
			want: "- 2 `ec2:instance` with the tag `aws:autoscaling:groupName`: made by a service, which also deletes them once what it made them of is gone.\n"},
		{name: "a state with nothing", state: `{"version":3,"deployment":{}}`, lists: lists(carries(ohio+"a", "")),
			want: "- `" + ohio + "a`: carries the stack's tags, and is in no state.\n"},
		{name: "an empty file", state: state, err: "the list is empty: give what this prints, for each region of the stack: aws resourcegroupstaggingapi"},
		{name: "text", state: state, lists: "RESOURCETAGMAPPINGLIST\tarn:aws:sns", err: "the list is not what this prints"},
		{name: "cut short", state: state, lists: has + `{"ResourceTagMappingList": [`, err: "the list is not what this prints"},
		{name: "with --query", state: state, lists: `{"ARNs":[]}`, err: "no ResourceTagMappingList: give the whole output, without --query"},
		{name: "with --max-items", state: state, lists: `{"ResourceTagMappingList":[],"NextToken":"x"}`, err: "leave out --no-paginate and --max-items"},
		{name: "with --no-paginate", state: state, lists: `{"ResourceTagMappingList":[],"PaginationToken":"x"}`, err: "leave out --no-paginate and --max-items"},
		{name: "no ARN", state: state, lists: lists(carries("vpc-1", "")), err: `the list names "vpc-1", which is no ARN`},
		{name: "without filters", state: state, lists: lists(`{"ResourceARN":"` + ohio + `x","Tags":[]}`),
			err: ohio + `x, whose tag Project is "", where the stack has "legops": give both filters`},
		{name: "of another stack", state: state, lists: lists(`{"ResourceARN":"` + ohio + `x","Tags":[{"Key":"Project","Value":"legops"},{"Key":"Environment","Value":"test"}]}`),
			err: `whose tag Environment is "test", where the stack has "production"`},
		{name: "a region is missing", state: state, lists: has, err: "nothing of us-east-1 that the state has there: it is of another account, or that region is missing: add --region us-east-1"},
		{name: "of another account", state: state, lists: lists(carries("arn:aws:kms:us-east-2:444444444444:key/a", "")) + rest, err: "nothing of us-east-2"},
	} {
		found, err := unfinished.Strays([]byte(c.state), strings.NewReader(c.lists))
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, unfinished.StrayLines(found), c.name)
	}
}

// What a list cannot have is said.
func TestUnseen(t *testing.T) {
	found, err := unfinished.Unseen()
	require.NoError(t, err)
	assert.Contains(t, found, "aws:iam/role:Role", "it takes tags, but is not listed")
	assert.Contains(t, found, "aws:kms/alias:Alias", "it takes none")
	assert.NotContains(t, found, key)
	assert.NotContains(t, found, "aws:sns/topicPolicy:TopicPolicy", "the next update writes it again")
}
