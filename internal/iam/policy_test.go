package iam_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/iam"
)

// IAM treats one value like a list of one, for statements, actions, resources, principals and conditions.
func TestOneValueOrMore(t *testing.T) {
	want := iam.Document{Version: "2012-10-17", Statement: iam.Statements{{
		Sid: "Read", Effect: "Allow",
		Principal: iam.Principals{"AWS": {"*"}},
		Action:    iam.Values{"s3:GetObject"}, Resource: iam.Values{"arn:aws:s3:::a/*"},
		Condition: iam.Conditions{"Bool": {"aws:SecureTransport": {"false"}}, "StringEquals": {"aws:SourceAccount": {"111111111111"}}},
	}}}
	for name, text := range map[string]string{
		"one": `{"Version": "2012-10-17", "Statement": {"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
			"Resource": "arn:aws:s3:::a/*", "Condition": {"Bool": {"aws:SecureTransport": false}, "StringEquals": {"aws:SourceAccount": 111111111111}}}}`,
		"a list": `{"Version": "2012-10-17", "Statement": [{"Sid": "Read", "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"],
			"Resource": ["arn:aws:s3:::a/*"], "Condition": {"Bool": {"aws:SecureTransport": ["false"]}, "StringEquals": {"aws:SourceAccount": ["111111111111"]}}}]}`,
	} {
		got, err := iam.Parse(text)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
}

func TestNotElements(t *testing.T) {
	got, err := iam.Parse(`{"Statement": {"Effect": "Deny", "NotPrincipal": {"Service": "b.amazonaws.com", "AWS": ["1", "2"]}, "NotAction": ["a:b", "a:c"], "NotResource": "*"}}`)
	require.NoError(t, err)
	require.Len(t, got.Statement, 1)
	s := got.Statement[0]
	assert.False(t, s.Allows())
	assert.Equal(t, []string{"1", "2", "b.amazonaws.com"}, s.NotPrincipal.All())
	assert.Equal(t, iam.Values{"a:b", "a:c"}, s.NotAction)
	assert.Equal(t, iam.Values{"*"}, s.NotResource)
	assert.Empty(t, s.Principal.All())
}

func TestInvalidPolicies(t *testing.T) {
	for _, text := range []string{
		"", "{", "7", `{"Statement": 7}`, `{"Statement": ["a"]}`, `{"Statement": {"Action": {"a": 1}}}`, `{"Statement": {"Action": [["a"]]}}`,
		`{"Statement": {"Action": null}}`, `{"Statement": {"Principal": 7}}`, `{"Statement": {"Principal": {"AWS": {}}}}`, `{"Statement": {"Condition": ["a"]}}`,
	} {
		_, err := iam.Parse(text)
		assert.Error(t, err, text)
	}
}
