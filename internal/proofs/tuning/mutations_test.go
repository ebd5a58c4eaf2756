package tuning

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/proofs/prooftest"
	"legops/internal/review"
	"legops/internal/settings"
	"legops/stacks"
)

// mutation is a way of breaking the program, the review, the loader or the simulated cloud, and what the proof then finds.
type mutation struct{ name, finds string }

// broken are mutations that are tried at once, on resources of their own, by one move.
type broken struct {
	stack     string
	change    func(*bench)
	moves     []edit
	renames   []edit // with what refers to it
	mutations []mutation
}

// transformed is the program with its resources changed.
func transformed(change func(args *pulumi.ResourceTransformationArgs, values map[string]string)) func(*bench) {
	return func(b *bench) {
		b.run = func(ctx *pulumi.Context, values map[string]string) error {
			if err := ctx.RegisterStackTransformation(func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
				change(args, values)
				return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: args.Opts}
			}); err != nil {
				return err
			}
			return infra.ProgramWith(ctx, values)
		}
	}
}

// unprotected drops Pulumi's protection from everything: from the database once the bastion has another size.
func unprotected() func(*bench) {
	return transformed(func(args *pulumi.ResourceTransformationArgs, values map[string]string) {
		if args.Type == catalogue.Database && !strings.Contains(values["legops:bastion"], "t4g.medium") {
			return
		}
		args.Opts = append(args.Opts, pulumi.Protect(false), pulumi.RetainOnDelete(false))
	})
}

// forgetful is a review without the risks and restarts of types.
func forgetful(risks, restarts []string) func(*bench) {
	return func(b *bench) {
		judge := b.judge
		b.judge = func(stack, environment string, p *model.Plan, protected map[string]bool) *review.Stack {
			s := judge(stack, environment, p, protected)
			of := func(name string, types []string) bool {
				return slices.ContainsFunc(s.Changes, func(c review.Change) bool { return c.Name == name && slices.Contains(types, c.Type) })
			}
			s.Risks = slices.DeleteFunc(s.Risks, func(f review.Finding) bool { return slices.Contains(risks, typeOf(f.URN)) })
			s.Restarts = slices.DeleteFunc(s.Restarts, func(r review.Restart) bool { return of(r.Resources[0], restarts) })
			return s
		}
	}
}

// typeOf is the type in a URN; "" of none.
func typeOf(urn string) string {
	if urn == "" {
		return ""
	}
	return string(resource.URN(urn).Type())
}

// replacing is a cloud that makes another resource of one whose input changes.
func replacing(token, input string) func(*bench) {
	return func(*bench) { catalogue.Of(token).Replaces = append(slices.Clone(catalogue.Of(token).Replaces), input) }
}

func both(changes ...func(*bench)) func(*bench) {
	return func(b *bench) {
		for _, change := range changes {
			change(b)
		}
	}
}

var mutants = []broken{
	{
		"prod", both(unprotected(), forgetful([]string{""}, nil)),
		[]edit{{pathOf("legops:bastion.instanceType"), "t4g.medium"}},
		[]edit{
			{pathOf("legops:queues[0].name"), "signing"}, {pathOf("legops:storage.buckets[1].name"), "proofs"},
			{pathOf("legops:applications[7].name"), "messages"},
		},
		[]mutation{
			{"the review forgets what Pulumi protects no longer", "Pulumi no longer protects rds-instance"},
			{"protect dropped from the queues", "queues-document-signing goes with what it holds"},
			{"protect and retainOnDelete dropped from the buckets", "storage-evidence goes with what it holds"},
			{"protect dropped from the image repositories", "registry-notifications goes with what it holds"},
			{"protect dropped from the mirrors", "mirror-notifications goes with what it holds"},
			{"protect dropped from the logs", "pipeline-notifications-build-logs goes with what it holds"},
			{"protect dropped from the secrets", "app-notifications-secret-mail-credentials goes with what it holds"},
		},
	},
	{
		"dev", both(
			forgetful(
				[]string{catalogue.Queue, catalogue.LogGroup, catalogue.SearchDomain, catalogue.BucketLifecycle, catalogue.BackupPlan, catalogue.ImageLifecyclePolicy, catalogue.BackupSelection},
				[]string{catalogue.Database, catalogue.SearchDomain, catalogue.NodeGroup, catalogue.DeploymentPatch, catalogue.AutoScalingGroup}),
			func(b *bench) { b.watch = deletesOnUpdate(catalogue.SearchDomain) },
			transformed(func(args *pulumi.ResourceTransformationArgs, values map[string]string) {
				if secret, is := args.Props.(*secretsmanager.SecretArgs); is && strings.HasPrefix(args.Name, "app-portal") {
					secret.Name = pulumi.Sprintf("%v-%d", secret.Name, len(values["legops:bastion"]))
				}
				if args.Name == "backup-data" && strings.Contains(values["legops:bastion"], "t4g.medium") {
					inputs, key := reflect.ValueOf(args.Props), reflect.ValueOf("resources") // of a type that only components know
					all := inputs.MapIndex(key).Interface().(pulumi.StringArray)
					inputs.SetMapIndex(key, reflect.ValueOf(all[:len(all)-1]))
				}
			})),
		[]edit{
			{pathOf("legops:queues[0].retentionSeconds"), 60}, {pathOf("legops:monitoring.logRetentionDays"), 1},
			{pathOf("legops:storage.buckets[0].noncurrentRetentionDays"), 1}, {pathOf("legops:backup.retentionDays"), 1},
			{pathOf("legops:registry.keepImages"), 5},
			{pathOf("legops:rds.instanceClass"), "db.r7g.large"}, {pathOf("legops:opensearch.volumeGiB"), 10},
			{pathOf("legops:eks.nodes.diskGiB"), 60}, {pathOf("legops:tuning.applications.portal.cpu"), "150m"},
			{pathOf("legops:bastion.instanceType"), "t4g.medium"},
		}, nil,
		[]mutation{
			{"the review forgets queues", "does not tell: queues-document-signing: messageRetentionSeconds"},
			{"the review forgets logs", "-logs: retentionInDays"},
			{"the review forgets the life cycles of buckets", "an object that stayed for"},
			{"the review forgets plans of backups", "deleteAfter"},
			{"the review forgets that a bucket is no longer backed up", "is no longer backed up"},
			{"the review forgets what the registry keeps", "an image goes that stayed"},
			{"the review forgets that the bastion is made anew", "bastion restarts"},
			{"the review forgets that the database restarts", "rds-instance restarts"},
			{"the review forgets that nodes are replaced", "eks-nodes"},
			{"the review forgets that pods restart", "app-portal-workload restarts"},
			{"a cloud that deletes the search domain to resize it", "domain/legops-dev went"},
			{"the name of a secret takes in a value of the stack file", "app-portal-secret-session-key at risk, which"},
		},
	},
	{
		"dev", replacing(catalogue.Database, "instanceClass"), []edit{{pathOf("legops:rds.instanceClass"), "db.r7g.large"}}, nil,
		[]mutation{{"a cloud that makes another database of one with another class", "its deployment fails"}},
	},
	{
		"dev", widened, []edit{{pathOf("legops:queues[0].retentionSeconds"), 59}}, nil,
		[]mutation{{"a bound of the schema is widened", "its deployment fails"}},
	},
	{
		"dev", transformed(func(args *pulumi.ResourceTransformationArgs, _ map[string]string) {
			args.Opts = slices.DeleteFunc(args.Opts, func(o pulumi.ResourceOption) bool {
				s, err := pulumi.NewResourceOptions(o)
				return err == nil && len(s.IgnoreChanges) > 0 && args.Type == catalogue.SearchDomain
			})
		}), []edit{{pathOf("legops:opensearch.version"), "OpenSearch_2.17"}}, nil,
		[]mutation{{"ignoreChanges dropped from the search domain", "puts data of opensearch-domain at risk"}},
	},
}

// deletesOnUpdate is a cloud that deletes what holds data, and makes it anew, where it would update it.
func deletesOnUpdate(token string) func([]cloud.Event) []cloud.Event {
	return func(events []cloud.Event) (all []cloud.Event) {
		for _, e := range events {
			if e.Was != nil && e.Is != nil && e.Is.Type == token {
				all = append(all, cloud.Event{Was: e.Was}, cloud.Event{Is: e.Is})
				continue
			}
			all = append(all, e)
		}
		return all
	}
}

// widened is a loader that accepts less than a queue may keep messages for.
func widened(b *bench) {
	b.load = func(values map[string]string) (*stacks.Config, error) {
		low := strings.Contains(values["legops:queues"], `"retentionSeconds":59`)
		values["legops:queues"] = strings.Replace(values["legops:queues"], `"retentionSeconds":59`, `"retentionSeconds":60`, 1)
		cfg, err := stacks.Load(stacks.Project, values)
		if err == nil && low {
			cfg.Queues = append([]settings.Queue{}, cfg.Queues...)
			cfg.Queues[0].RetentionSeconds = 59
		}
		return cfg, err
	}
	b.run = func(ctx *pulumi.Context, values map[string]string) error {
		cfg, err := b.load(values)
		if err != nil {
			return err
		}
		_, err = infra.NewPlatform(ctx, cfg)
		return err
	}
}

func TestMutationsAreFound(t *testing.T) {
	e := prooftest.Search(t, 1).Engine
	schema, err := readSchema(prooftest.Root)
	require.NoError(t, err)
	for _, m := range mutants {
		t.Run(m.mutations[0].name, func(t *testing.T) {
			before := map[string]catalogue.Type{}
			for _, known := range catalogue.Types {
				before[known.Token] = *catalogue.Of(known.Token)
			}
			defer func() {
				for token, known := range before {
					*catalogue.Of(token) = known
				}
			}()
			doc, err := read(prooftest.Root, m.stack)
			require.NoError(t, err)
			b, err := newBench(t.Context(), e, prooftest.Root, t.TempDir(), doc, m.change)
			require.NoError(t, err)
			b.known = map[string][]string{}
			var moves []*Move
			for _, edited := range m.moves {
				moves = append(moves, Example{m.stack, []edit{edited}}.move())
			}
			for _, edited := range m.renames {
				renames := Example{m.stack, []edit{edited}}.move()
				renames.Change = renamed
				completed := b.complete(renames, schema, nil)
				require.NotNil(t, completed, keyOf(edited.path))
				moves = append(moves, completed)
			}
			outcomes, err := b.try(t.Context(), []*Move{join(moves...)}, nil)
			require.NoError(t, err)
			require.Empty(t, outcomes[0].refusal, outcomes[0].why)
			found := strings.Join(outcomes[0].found, "\n")
			for _, mutation := range m.mutations {
				if !strings.Contains(found, mutation.finds) {
					t.Errorf("%s: not found: %q is not among\n%s", mutation.name, mutation.finds, found)
				}
			}
		})
	}
}
