package tests

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline"
	"legops/internal/offline/cloud"
)

// root is the repository, seen from this folder.
var root = func() string {
	path, err := filepath.Abs("..")
	if err != nil {
		panic(err)
	}
	return path
}()

// open starts a simulated cloud in a folder; the same folder again is the same cloud.
func open(t *testing.T, dir string, fault *cloud.Fault) *offline.Session {
	t.Helper()
	session, err := offline.Open(offline.Options{Root: root, Dir: dir, Fault: fault})
	require.NoError(t, err)
	return session
}

// finish closes a session and proves that nothing tried to leave this machine.
func finish(t *testing.T, session *offline.Session) {
	t.Helper()
	assert.Empty(t, session.Refused(), "addresses outside this machine that something tried to reach")
	require.NoError(t, session.Close())
}

// run runs a command that has to succeed.
func run(t *testing.T, session *offline.Session, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	out, err := session.Run(ctx, args...)
	require.NoError(t, err)
	return out
}

var (
	// standing is a folder with a folder for each stack that is deployed, and standingCalls what that took.
	standing      string
	standingCalls = map[string]int{}
)

func TestMain(m *testing.M) {
	var err error
	if standing, err = os.MkdirTemp("", "standing-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(standing)
	if err := closeInProcess(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// stood is a folder with the cloud of a stack that is deployed, for a test that goes on from there, and the number of calls that took. The
// stack is deployed once for all tests.
func stood(t *testing.T, stack string) (dir string, calls int) {
	t.Helper()
	return stoodOnce(t, stack, stack, open)
}

// stoodOnce is stood under a name of its own, with a session's way to open.
func stoodOnce(t *testing.T, name, stack string, open func(*testing.T, string, *cloud.Fault) *offline.Session) (dir string, calls int) {
	t.Helper()
	original := filepath.Join(standing, name)
	if standingCalls[name] == 0 {
		session := open(t, original, nil)
		run(t, session, "up", "--yes", "--skip-preview", "--stack", stack)
		standingCalls[name] = session.Cloud().Calls()
		finish(t, session)
	}
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(original)))
	return dir, standingCalls[name]
}

// urnOf is the URN of the only resource of a type.
func urnOf(t *testing.T, session *offline.Session, typ string) string {
	t.Helper()
	var found []string
	for _, e := range session.Record().Entries("") {
		if e.Type == typ {
			found = append(found, e.URN)
		}
	}
	require.Len(t, found, 1)
	return found[0]
}

// deployed is what Pulumi's state says exists: type, name and id of every resource that a provider made. An id is unique
// in one region only.
func deployed(t *testing.T, session *offline.Session, stack string) []string {
	t.Helper()
	return inState(t, []byte(run(t, session, "stack", "export", "--stack", stack)))
}

func inState(t *testing.T, exported []byte) []string {
	t.Helper()
	state, err := model.ReadState(exported)
	require.NoError(t, err)
	found := map[string]bool{}
	for _, r := range state.Resources {
		if r.Custom && !strings.HasPrefix(r.Type, "pulumi:") {
			key := r.Type + " " + r.Name() + " " + r.ID
			assert.False(t, found[key], "%s is twice in the state", key)
			found[key] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// existing is what the simulated cloud says exists, in the same form.
func existing(t *testing.T, record *cloud.Record) []string {
	t.Helper()
	found := map[string]bool{}
	for _, e := range record.Entries("") {
		assert.False(t, e.Pending, "%s was made for nobody", e.URN)
		key := e.Type + " " + name(e.URN) + " " + e.ID
		assert.False(t, found[key], "%s is twice in the cloud", key)
		found[key] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// TestLifecycle takes every stack through its life on the real engine: made, unchanged, refreshed, removed. At
// each step the simulated cloud's own record agrees with Pulumi's state.
func TestLifecycle(t *testing.T) {
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			dir, _ := stood(t, stack)
			session := open(t, dir, nil)
			defer finish(t, session)
			made := existing(t, session.Record())
			assert.Greater(t, len(made), 350)
			assert.Equal(t, made, deployed(t, session, stack))
			checkAlarms(t, session.Record().Entries(""))
			holdsOnceDeployed(t, run(t, session, "stack", "export", "--stack", stack), stack)

			calls := session.Cloud().Calls()
			run(t, session, "up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", stack)
			assert.Equal(t, calls, session.Cloud().Calls(), "calls that change the cloud in an up that changes nothing")
			run(t, session, "refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", stack)
			assert.Equal(t, made, existing(t, session.Record()))

			if stack == "prod" {
				out, err := session.Run(t.Context(), "destroy", "--yes", "--stack", stack)
				require.Error(t, err, "production has to refuse its destruction")
				assert.Contains(t, out, "cannot be deleted")
				assert.Equal(t, made, existing(t, session.Record()), "a refused destroy removes nothing")
				run(t, session, "state", "unprotect", "--all", "--yes", "--stack", stack)
				out, err = session.Run(t.Context(), "destroy", "--yes", "--skip-preview", "--target", urnOf(t, session, "aws:rds/instance:Instance"), "--target-dependents", "--stack", stack)
				require.Error(t, err, "AWS itself keeps the database")
				assert.Contains(t, out, "OperationNotPermitted")
				require.NoError(t, session.Cloud().Unlock())
			}
			run(t, session, "destroy", "--yes", "--skip-preview", "--stack", stack)
			assert.Equal(t, retained[stack], outliving(t, session), "what outlives the stack, and nothing else")
			assert.Empty(t, deployed(t, session, stack))
		})
	}
}

// retained is what is left, on purpose, when a stack has been destroyed: the documents of law firms, their copies, their backups, and
// the keys without which nobody could read them or the database's last snapshot. docs/offline.md lists it too.
var retained = map[string][]string{
	"prod": {
		"aws:backup/vault:Vault backup-vault",
		"aws:backup/vault:Vault backup-vault-replica",
		"aws:backup/vaultLockConfiguration:VaultLockConfiguration backup-vault",
		"aws:backup/vaultLockConfiguration:VaultLockConfiguration backup-vault-replica",
		"aws:backup/vaultPolicy:VaultPolicy backup-vault",
		"aws:backup/vaultPolicy:VaultPolicy backup-vault-replica",
		"aws:kms/key:Key encryption-backup",
		"aws:kms/key:Key encryption-database",
		"aws:kms/key:Key encryption-replica-backup",
		"aws:kms/key:Key encryption-replica-storage",
		"aws:kms/key:Key encryption-storage",
		"aws:s3/bucketV2:BucketV2 storage-documents",
		"aws:s3/bucketV2:BucketV2 storage-documents-replica",
		"aws:s3/bucketV2:BucketV2 storage-evidence",
		"aws:s3/bucketV2:BucketV2 storage-evidence-replica",
	},
}

// outliving is what still exists, by type and name. Settings of a bucket that exists count as the bucket.
func outliving(t *testing.T, session *offline.Session) []string {
	t.Helper()
	var left []string
	buckets := map[any]bool{}
	entries := session.Record().Entries("")
	for _, e := range entries {
		if e.Type == "aws:s3/bucketV2:BucketV2" {
			buckets[e.Inputs["bucket"]] = true
		}
	}
	for _, e := range entries {
		setting := strings.HasPrefix(e.Type, "aws:s3/bucket") && e.Type != "aws:s3/bucketV2:BucketV2"
		if !setting || !buckets[e.Inputs["bucket"]] {
			left = append(left, e.Type+" "+name(e.URN))
		}
	}
	slices.Sort(left)
	return left
}

// TestStackFileIsNeverTouched runs what writes to a stack file elsewhere: init, config set.
func TestStackFileIsNeverTouched(t *testing.T) {
	before := checkout.Read(t, root, "Pulumi.dev.yaml")
	session := open(t, t.TempDir(), nil)
	defer finish(t, session)
	run(t, session, "config", "set", "legops:account", "444444444444", "--stack", "dev")
	assert.Equal(t, before, checkout.Read(t, root, "Pulumi.dev.yaml"))
}

// TestChangesShow edits the stack file of a deployed stack. The preview shows an update where AWS changes in
// place, and a replacement where it cannot.
func TestChangesShow(t *testing.T) {
	stack := deployedStack(t, "dev")
	before := existing(t, stack.Record())
	for _, change := range []struct {
		name, old, new string
		ops            map[string]string // by the resource
	}{
		{"more nodes", "maxSizePerZone: 3", "maxSizePerZone: 4", map[string]string{"aws:eks/nodeGroup:NodeGroup::eks-nodes-use1-az4": "update"}},
		{"another instance type", "- m7g.large", "- m7g.xlarge", map[string]string{"aws:eks/nodeGroup:NodeGroup::eks-nodes-use1-az6": "replace"}},
		{"another range for the VPC", "cidr: 10.10.0.0/16", "cidr: 10.10.0.0/17", map[string]string{"aws:ec2/vpc:Vpc::network-vpc": "replace"}},
		{"longer flow logs", "flowLogRetentionDays: 7", "flowLogRetentionDays: 60", map[string]string{"aws:cloudwatch/logGroup:LogGroup::network-flow-logs": "update"}},
		{"another owner", "Owner: platform@", "Owner: founders@", map[string]string{"aws:ec2/vpc:Vpc::network-vpc": "update"}},
		{
			"WebSockets, frames and larger uploads", "path: /matters\n",
			"path: /matters\n        edge: {webSockets: [/matters/live], frames: sameOrigin, maxUploadMiB: 300}\n", map[string]string{
				"aws:cloudfront/originRequestPolicy:OriginRequestPolicy::cdn-websockets":          "create",
				"aws:cloudfront/distribution:Distribution::cdn":                                   "update",
				"aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy::cdn-matters-headers": "create",
				"kubernetes:networking.k8s.io/v1:Ingress::app-matters-ingress":                    "update",
			},
		},
	} {
		t.Run(change.name, func(t *testing.T) {
			plan, err := stack.Preview(t.Context(), program(editedFiles(t, "dev", [2]string{change.old, change.new})))
			require.NoError(t, err)
			found := map[string]string{}
			for _, step := range plan.Steps {
				_, name, _ := strings.Cut(string(step.Resource().URN.QualifiedType())+"::"+step.Resource().Name(), "$")
				if change.ops[name] != "" {
					found[name] = step.Op
				}
			}
			assert.Equal(t, change.ops, found)
			assert.Equal(t, before, existing(t, stack.Record()), "a preview changes nothing")
		})
	}
}

// TestProductionProtectsDataNotAccess takes an administrator away in production: that is not held up by the
// protection of the cluster, which itself cannot go.
func TestProductionProtectsDataNotAccess(t *testing.T) {
	stack := deployedStack(t, "prod")
	edited := program(editedFiles(t, "prod", [2]string{
		"- arn:aws:iam::333333333333:role/platform",
		"- arn:aws:iam::333333333333:role/keepers",
	}))
	err := stack.Up(t.Context(), edited)
	require.NoError(t, err)
	made := strings.Join(existing(t, stack.Record()), "\n")
	assert.Contains(t, made, "role/keepers")
	assert.NotContains(t, made, "role/platform")
	assert.Regexp(t, `aws:eks/cluster:Cluster::eks-eksCluster" cannot be deleted`, stack.Destroy(t.Context(), edited))
}
