package infra_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/adoption"
	"legops/internal/catalogue"
	"legops/internal/recorder"
	"legops/stacks"
)

// adopting is a platform that adopts a bucket, queues and keys.
func adopting() *stacks.Config {
	cfg := platform()
	cfg.Adopt = map[string]string{
		"storage-documents": "acme-documents", "queues-signing": "https://sqs.eu-west-1.amazonaws.com/111122223333/acme.fifo",
		"encryption-storage": "1234abcd-12ab-34cd-56ef-1234567890ab",
	}
	return cfg
}

// answering is a recorder to which AWS says of what is adopted what the program wants to hear.
func answering() *recorder.Recorder {
	answer := func(values map[string]any) recorder.Answer {
		return func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(values), nil
		}
	}
	return &recorder.Recorder{Answers: map[string]recorder.Answer{
		"aws:s3/getBucket:getBucket": answer(map[string]any{"region": "eu-west-1"}), "aws:sqs/getQueue:getQueue": answer(nil),
		"aws:kms/getKey:getKey": answer(map[string]any{"keyManager": "CUSTOMER", "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT"}),
	}}
}

func run(r *recorder.Recorder, cfg *stacks.Config) (returned error) {
	_ = r.Run(func(ctx *pulumi.Context) error {
		_, returned = infra.NewPlatform(ctx, cfg)
		return returned
	})
	return returned
}

func TestAdoptedKeepTheirNamesAndAreNeverDeleted(t *testing.T) {
	cfg, r := adopting(), answering()
	cfg.DeletionProtection = false
	require.NoError(t, run(r, cfg))
	for name, want := range map[string]map[string]string{
		"storage-documents": {"bucket": "acme-documents"}, "queues-signing": {"name": "acme.fifo"}, "encryption-storage": {},
	} {
		at := slices.IndexFunc(r.Resources(), func(found recorder.Resource) bool {
			kind := adoption.KindOf(found.Type)
			return found.Name() == name && kind != nil
		})
		require.GreaterOrEqual(t, at, 0, name)
		found := r.Resources()[at]
		assert.True(t, found.Protect && found.RetainOnDelete, name)
		assert.Equal(t, adoption.KindOf(found.Type).Keeps(), found.IgnoreChanges, name)
		for input, value := range want {
			assert.Equal(t, value, found.Text(input), name)
		}
	}
	for _, found := range r.Resources() {
		if found.Type == catalogue.Queue && found.Name() == "queues-signing-dead" {
			assert.Equal(t, "legops-test-signing-dead.fifo", found.Text("name"))
			assert.False(t, found.Protect, "it is not adopted")
		}
	}
}

// What AWS refuses to say, or says otherwise, is an error with the key, before anything but providers is registered.
func TestAdoptionLooksFirst(t *testing.T) {
	for want, answer := range map[string]recorder.Answer{
		"legops:adopt.storage-documents: acme-documents: cannot be read: ": func(resource.PropertyMap) (resource.PropertyMap, error) {
			return nil, errors.New("Forbidden")
		},
		"legops:adopt.storage-documents: acme-documents: its region is us-east-2, and has to be eu-west-1": func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.PropertyMap{"region": resource.NewProperty("us-east-2")}, nil
		},
	} {
		r := answering()
		r.Answers["aws:s3/getBucket:getBucket"] = answer
		assert.ErrorContains(t, run(r, adopting()), want)
		for _, found := range r.Resources() {
			assert.Equal(t, "pulumi:providers:aws", found.Type)
		}
	}
}

// Every place is a resource of the program, and every input of it that makes another resource of it, by the provider's own schema, is the name,
// stays as it is, or is asked for first: so nothing that is adopted is ever replaced.
func TestNothingAdoptedIsReplaced(t *testing.T) {
	cfg := platform()
	r, err := register(cfg)
	require.NoError(t, err)
	for _, place := range cfg.Places() {
		at := slices.IndexFunc(r.Resources(), func(found recorder.Resource) bool { return found.Type == place.Type && found.Name() == place.Name })
		if !assert.GreaterOrEqual(t, at, 0, "the program has no %s %s", place.Type, place.Name) {
			continue
		}
		inputs := r.Resources()[at].Inputs
		known := catalogue.Of(place.Type).Provider()
		require.NotNil(t, known, place.Type)
		for path, input := range known.Inputs {
			top, _, _ := strings.Cut(path, "[")
			if !input.Replaces || !inputs.Has(top) {
				continue
			}
			settled := slices.ContainsFunc(append(place.Keeps(), append(place.Asked, place.Kind.Name)...), func(of string) bool {
				return of != "" && (path == of || strings.HasPrefix(path, of+"[") || strings.HasPrefix(path, of+"."))
			})
			// A queue's address says that it is a FIFO queue: its form.
			settled = settled || place.Kind == adoption.Queue && path == "fifoQueue"
			assert.True(t, settled, "%s: a change of %s would replace %s", place.Type, path, place.Name)
		}
	}
}

// hasDatabases answers for databases of these names, of PostgreSQL 17, with names inside that somebody else chose.
func hasDatabases(r *recorder.Recorder, names ...string) {
	r.Answers["aws:rds/getInstances:getInstances"] = func(args resource.PropertyMap) (resource.PropertyMap, error) {
		wanted := args["filters"].ArrayValue()[0].ObjectValue()["values"].ArrayValue()[0].StringValue()
		found := []any{}
		if slices.Contains(names, wanted) {
			found = append(found, wanted)
		}
		return resource.NewPropertyMapFromMap(map[string]any{"instanceIdentifiers": found}), nil
	}
	r.Answers["aws:rds/getInstance:getInstance"] = func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.NewPropertyMapFromMap(map[string]any{
			"engine": "postgres", "engineVersion": "17.6", "storageEncrypted": true, "allocatedStorage": 20, "dbName": "billing", "masterUsername": "acme",
		}), nil
	}
}

// Who adopts in the place of what the stack has made would delete that: protection does not help.
func TestAdoptionDeletesNothingThatTheStackHasMade(t *testing.T) {
	const way = ", which the update would delete: remove this; or, if nobody needs what the stack has, keep a snapshot of that and delete it by hand first"
	cfg, r := platform(), answering()
	cfg.Adopt = map[string]string{"rds-instance": "acme", "opensearch-domain": "acme"}
	hasDatabases(r, "acme", "legops-test-database")
	r.Answers["aws:opensearch/getDomain:getDomain"] = func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.NewPropertyMapFromMap(map[string]any{"engineVersion": "OpenSearch_2.19"}), nil
	}
	err := run(r, cfg)
	require.ErrorContains(t, err, "legops:adopt.rds-instance: acme: the stack has a database already, legops-test-database"+way)
	require.ErrorContains(t, err, "legops:adopt.opensearch-domain: acme: the stack has a search domain already, legops-test"+way)
	for _, found := range r.Resources() {
		assert.Equal(t, "pulumi:providers:aws", found.Type)
	}
}

// What else works on the database goes by what an adopted one is: its names, and the log that RDS writes already.
func TestAdoptedDatabaseIsTheOneThatIsUsed(t *testing.T) {
	cfg, r := platform(), answering()
	cfg.Adopt = map[string]string{"rds-instance": "acme"}
	hasDatabases(r, "acme")
	r.Answers["aws:cloudwatch/getLogGroups:getLogGroups"] = func(args resource.PropertyMap) (resource.PropertyMap, error) {
		found := []any{}
		if args["logGroupNamePrefix"].StringValue() == "/aws/rds/instance/acme/" {
			found = append(found, "/aws/rds/instance/acme/postgresql")
		}
		return resource.NewPropertyMapFromMap(map[string]any{"logGroupNames": found}), nil
	}
	require.NoError(t, run(r, cfg))
	assert.Equal(t, "/aws/rds/instance/acme/postgresql", r.One(t, catalogue.LogGroup, "rds-log-postgresql").ImportID)
	assert.Empty(t, r.One(t, catalogue.LogGroup, "rds-log-upgrade").ImportID)
	variables := map[any]any{}
	for _, one := range r.One(t, "aws:codebuild/project:Project", "restoredrill-project").Get("environment.environmentVariables").([]any) {
		variables[one.(map[string]any)["name"]] = one.(map[string]any)["value"]
	}
	assert.Equal(t, "acme billing acme", strings.Join([]string{variables["DATABASE"].(string), variables["PGDATABASE"].(string), variables["PGUSER"].(string)}, " "))
}
