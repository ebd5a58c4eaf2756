package infra_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
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
		"encryption-storage": adoptedKey,
	}
	return cfg
}

// says is an answer to any question.
func says(values map[string]any) recorder.Answer {
	return func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.NewPropertyMapFromMap(values), nil
	}
}

// exists is an answer of a function that reads one by an argument: what is not there, the provider cannot find.
func exists(argument string, there map[string]map[string]any) recorder.Answer {
	return func(args resource.PropertyMap) (resource.PropertyMap, error) {
		asked := args[resource.PropertyKey(argument)].StringValue()
		if values, is := there[asked]; is {
			return resource.NewPropertyMapFromMap(values), nil
		}
		return nil, fmt.Errorf("reading it (%s): couldn't find resource", asked)
	}
}

const adoptedKey = "1234abcd-12ab-34cd-56ef-1234567890ab"

// usable is what KMS says of a key that the program can use.
func usable(id string) map[string]any {
	return map[string]any{"id": id, "keyManager": "CUSTOMER", "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT"}
}

// answering is a recorder to which AWS says of what is adopted what the program wants to hear, and that the stack has made nothing.
func answering() *recorder.Recorder {
	return &recorder.Recorder{Answers: map[string]recorder.Answer{
		"aws:s3/getBucket:getBucket":  exists("bucket", map[string]map[string]any{"acme-documents": {"region": "eu-west-1"}}),
		"aws:sqs/getQueue:getQueue":   says(nil),
		"aws:sqs/getQueues:getQueues": says(map[string]any{"queueUrls": []any{}}),
		"aws:kms/getKey:getKey":       exists("keyId", map[string]map[string]any{adoptedKey: usable(adoptedKey)}),
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

// beside is one that exists, in a place for which the stack has made one of its own.
type beside struct {
	// name is the place, id what is adopted there, own what the stack has made.
	name, id, own string
	// fix is what the error says to do.
	fix string
	// answers are what AWS says, made says it once the stack has made its own.
	answers, made map[string]recorder.Answer
}

const (
	keepsCopy  = "remove this; or, if nobody needs what the stack has, keep a copy of that and delete it by hand first"
	takesDown  = "remove this; or take the stack down first, see docs/runbooks/destroy-account.md"
	staysGroup = "remove this: the database is in the stack's group"
)

// bothThere are one for each kind of which the stack's own one would be missed.
func bothThere() map[*adoption.Kind]beside {
	const vpc, subnet, queues = "vpc-0123456789abcdef0", "subnet-0123456789abcdef0", "https://sqs.eu-west-1.amazonaws.com/111122223333/"
	const group, groups = "aws:cloudwatch/getLogGroup:getLogGroup", "aws:cloudwatch/getLogGroups:getLogGroups"
	const instance, instances = "aws:rds/getInstance:getInstance", "aws:rds/getInstances:getInstances"
	type answers = map[string]recorder.Answer
	database := map[string]any{
		"engine": "postgres", "engineVersion": "17.6", "storageEncrypted": true, "allocatedStorage": 20,
		"dbSubnetGroup": "rds-subnets-0123456", "dbParameterGroups": []any{"rds-parameters-0123456"},
	}
	adopted := map[string]any{"engine": "postgres", "engineVersion": "17.6", "storageEncrypted": true, "allocatedStorage": 20}
	made := answers{
		instances: says(map[string]any{"instanceIdentifiers": []any{"legops-test-database"}}),
		instance:  exists("dbInstanceIdentifier", map[string]map[string]any{"acme": adopted, "legops-test-database": database}),
	}
	return map[*adoption.Kind]beside{
		adoption.Vpc: {
			"network-vpc", vpc, "vpc-1", takesDown,
			answers{
				"aws:ec2/getVpc:getVpc":   says(map[string]any{"cidrBlock": "10.20.0.0/16", "instanceTenancy": "default"}),
				"aws:ec2/getVpcs:getVpcs": says(map[string]any{"ids": []any{vpc}}), "aws:ec2/getSubnets:getSubnets": says(map[string]any{"ids": []any{}}),
				"aws:ec2/getInternetGateway:getInternetGateway": says(map[string]any{"internetGatewayId": "igw-1"}),
				"aws:ec2/getRouteTables:getRouteTables":         says(map[string]any{"ids": []any{}}),
			},
			answers{"aws:ec2/getVpcs:getVpcs": says(map[string]any{"ids": []any{vpc, "vpc-1"}})},
		},
		adoption.Subnet: {
			"network-data-euw1-az1", subnet, "subnet-1", takesDown,
			answers{
				"aws:ec2/getSubnet:getSubnet":   says(map[string]any{"cidrBlock": "10.20.2.0/24", "availabilityZoneId": "euw1-az1"}),
				"aws:ec2/getSubnets:getSubnets": says(map[string]any{"ids": []any{subnet}}),
			},
			answers{"aws:ec2/getSubnets:getSubnets": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				filters := []any{map[string]any{"name": "tag:Name", "values": []any{"legops-test-data-euw1-az1"}}}
				if !reflect.DeepEqual(filters, args["filters"].Mappable()) {
					return nil, fmt.Errorf("asked by %v", args["filters"].Mappable())
				}
				return resource.NewPropertyMapFromMap(map[string]any{"ids": []any{"subnet-1", subnet}}), nil
			}},
		},
		adoption.Bucket: {
			"storage-documents", "acme-documents", "legops-test-111122223333-documents", keepsCopy, nil,
			answers{"aws:s3/getBucket:getBucket": exists("bucket", map[string]map[string]any{
				"acme-documents": {"region": "eu-west-1"}, "legops-test-111122223333-documents": {"region": "eu-west-1"},
			})},
		},
		adoption.Queue: {
			"queues-signing-dead", queues + "acme.fifo", "legops-test-signing-dead.fifo", keepsCopy, nil,
			answers{"aws:sqs/getQueues:getQueues": says(map[string]any{"queueUrls": []any{queues + "legops-test-signing-dead.fifo"}})},
		},
		adoption.Key: {
			"encryption-storage", adoptedKey, "0-own", "remove this: what is under the stack's key could not be read any more", nil,
			answers{"aws:kms/getKey:getKey": exists("keyId", map[string]map[string]any{
				adoptedKey: usable(adoptedKey), "alias/legops-test-storage": usable("0-own"),
			})},
		},
		adoption.LogGroup: {
			"rds-log-upgrade", "/aws/rds/instance/acme/upgrade", "/aws/rds/instance/legops-test-database/upgrade", keepsCopy,
			answers{group: says(nil)},
			answers{groups: says(map[string]any{"logGroupNames": []any{"/aws/rds/instance/legops-test-database/upgrade"}})},
		},
		adoption.Database: {"rds-instance", "acme", "legops-test-database", keepsCopy, answers{instance: exists("dbInstanceIdentifier", map[string]map[string]any{"acme": adopted})}, made},
		adoption.SubnetGroup: {
			"rds-subnets", "acme-data", "rds-subnets-0123456", staysGroup, answers{"aws:rds/getSubnetGroup:getSubnetGroup": says(nil)}, made,
		},
		adoption.ParameterGroup: {
			"rds-parameters", "acme-17", "rds-parameters-0123456", staysGroup,
			answers{"aws:rds/getParameterGroup:getParameterGroup": says(map[string]any{"family": "postgres17"})}, made,
		},
		adoption.SearchDomain: {
			"opensearch-domain", "acme", "legops-test", keepsCopy,
			answers{"aws:opensearch/getDomain:getDomain": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				if args["domainName"].StringValue() != "acme" {
					return nil, errors.New("your query returned no results")
				}
				return resource.NewPropertyMapFromMap(map[string]any{"engineVersion": "OpenSearch_2.19"}), nil
			}},
			answers{"aws:opensearch/getDomain:getDomain": says(map[string]any{"engineVersion": "OpenSearch_2.19"})},
		},
	}
}

// Who adopts in the place of what the stack has made would delete that: protection does not help. So it is refused, by every kind of which that
// matters, before anything is registered.
func TestAdoptionDeletesNothingThatTheStackHasMade(t *testing.T) {
	// A repository has one name only; a certificate holds nothing: TestCertificateIsAdoptedBesideAnother.
	safe := []*adoption.Kind{adoption.Repository, adoption.Certificate}
	all := bothThere()
	for _, kind := range adoption.Kinds {
		_, is := all[kind]
		assert.NotEqual(t, slices.Contains(safe, kind), is, "%s: is refused, or needs not be", kind.What)
	}
	for kind, c := range all {
		t.Run(kind.What, func(t *testing.T) {
			cfg, r := platform(), answering()
			cfg.Adopt = map[string]string{c.name: c.id}
			maps.Copy(r.Answers, c.answers)
			if err := run(r, cfg); err != nil {
				assert.NotContains(t, err.Error(), "already", "before the stack has made any")
			}
			r = answering()
			maps.Copy(r.Answers, c.answers)
			maps.Copy(r.Answers, c.made)
			want := fmt.Sprintf("legops:adopt.%s: %s: the stack has a %s already, %s, which the update would delete: %s", c.name, c.id, kind.What, c.own, c.fix)
			require.ErrorContains(t, run(r, cfg), want)
			for _, found := range r.Resources() {
				assert.Equal(t, "pulumi:providers:aws", found.Type)
			}
		})
	}
	// Whether there is one has to be known.
	cfg, r := adopting(), answering()
	r.Answers["aws:sqs/getQueues:getQueues"] = func(resource.PropertyMap) (resource.PropertyMap, error) { return nil, errors.New("AccessDenied") }
	assert.ErrorContains(t, run(r, cfg), "whether the stack has made a FIFO queue of its own cannot be read: ")
}

// What is adopted stays when the stack goes, and so does the key under which the program puts what is written to it, also where nothing else is protected.
func TestKeysOfWhatIsAdoptedStay(t *testing.T) {
	retained := func(cfg *stacks.Config, r *recorder.Recorder) (keys []string) {
		cfg.DeletionProtection = false
		require.NoError(t, run(r, cfg))
		for _, key := range r.OfType(catalogue.Key) {
			if key.RetainOnDelete {
				keys = append(keys, strings.TrimPrefix(key.Name(), "encryption-"))
			}
		}
		return keys
	}
	assert.Empty(t, retained(platform(), answering()))
	for kind, c := range bothThere() {
		if kind.Under == "" {
			continue
		}
		cfg, r := platform(), answering()
		cfg.Adopt = map[string]string{c.name: c.id}
		maps.Copy(r.Answers, c.answers)
		assert.Equal(t, []string{kind.Under}, retained(cfg, r), kind.What)
		// And it is the key that it comes under.
		at := slices.IndexFunc(r.Resources(), func(found recorder.Resource) bool { return found.Type == kind.Type && found.Name() == c.name })
		if under := fmt.Sprint(r.Resources()[at].Inputs); kind != adoption.Bucket { // whose encryption is a resource of its own
			assert.Contains(t, under, "arn:of:encryption-"+kind.Under, kind.What)
		}
	}
	// Nothing that comes under a key of the program is without such a key: Performance Insights and storage stay under those that they have.
	keys := map[string][]string{"aws:rds/instance:Instance": {"kmsKeyId", "performanceInsightsKmsKeyId"}, "aws:opensearch/domain:Domain": {"encryptAtRest.kmsKeyId"}, "aws:ecr/repository:Repository": {"encryptionConfigurations"}}
	for _, kind := range adoption.Kinds {
		for _, input := range keys[kind.Type] {
			assert.Contains(t, kind.Keeps(), input, kind.What)
		}
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
