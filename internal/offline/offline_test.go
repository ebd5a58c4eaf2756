package offline

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
	"gopkg.in/yaml.v3"

	"legops/internal/checkout"
)

// project writes a small project and returns a session for it that has started nothing.
func project(t *testing.T, stackFile string) *Session {
	t.Helper()
	root := t.TempDir()
	checkout.Write(t, root, map[string]string{"Pulumi.yaml": "name: legops\nruntime: go\n", "Pulumi.dev.yaml": stackFile})
	return &Session{root: root, dir: filepath.Join(root, ".offline"), files: root}
}

// copied reads a file of the offline project.
func copied(t *testing.T, s *Session, name string) map[string]any {
	t.Helper()
	var parsed map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(checkout.Read(t, s.projectDir(), name)), &parsed))
	return parsed
}

func TestWorkspaceRunsTheProgramWhereItIs(t *testing.T) {
	s := project(t, "config: {}\n")
	require.NoError(t, s.prepareWorkspace())
	got := copied(t, s, "Pulumi.yaml")
	assert.Equal(t, s.root, got["main"])
	assert.Equal(t, map[string]any{"name": "go", "options": map[string]any{"binary": filepath.Join(s.root, "bin", "legops")}}, got["runtime"])
}

// Stack files elsewhere go with the project's Pulumi.yaml, unless there is one beside them.
func TestWorkspaceTakesAnEditedProject(t *testing.T) {
	s := project(t, "config: {}\n")
	s.files = t.TempDir()
	checkout.Write(t, s.files, map[string]string{"Pulumi.test.yaml": "config: {}\n"})
	require.NoError(t, s.prepareWorkspace())
	assert.NotContains(t, copied(t, s, "Pulumi.yaml"), "description")
	checkout.Write(t, s.files, map[string]string{"Pulumi.yaml": "name: legops\nruntime: go\ndescription: edited\n"})
	require.NoError(t, s.prepareWorkspace())
	got := copied(t, s, "Pulumi.yaml")
	assert.Equal(t, "edited", got["description"])
	assert.Equal(t, s.root, got["main"], "the program stays where it is")
}

// The key of the real stack file's secrets is not available here; the offline stack keeps its own.
func TestWorkspaceHasItsOwnSecrets(t *testing.T) {
	s := project(t, `secretsprovider: awskms://alias/platform
encryptedkey: abc
config:
  legops:a: 1
  legops:b:
    password:
      secure: v1:xyz
`)
	require.NoError(t, s.prepareWorkspace())
	assert.Equal(t, map[string]any{"config": map[string]any{
		"legops:a": 1, "legops:b": map[string]any{"password": "offline-secret"},
	}}, copied(t, s, "Pulumi.dev.yaml"))

	// The salt that the CLI writes when it creates the stack stays, whatever else changes.
	checkout.Write(t, s.projectDir(), map[string]string{"Pulumi.dev.yaml": "encryptionsalt: v1:salt\nconfig:\n  legops:a: 7\n"})
	require.NoError(t, s.prepareWorkspace())
	got := copied(t, s, "Pulumi.dev.yaml")
	assert.Equal(t, "v1:salt", got["encryptionsalt"])
	assert.Equal(t, 1, got["config"].(map[string]any)["legops:a"])
}

func TestWorkspaceNamesTheBrokenFile(t *testing.T) {
	for content, want := range map[string]string{
		"a: [":                            "Pulumi.dev.yaml: yaml:",
		"- a":                             "Pulumi.dev.yaml: must be a YAML mapping",
		"":                                "Pulumi.dev.yaml: must be a YAML mapping",
		"# twice\na:\n  b: 1\n\n  b: 2\n": "Pulumi.dev.yaml: yaml: unmarshal errors:\n  line 5: mapping key \"b\" already defined at line 3",
	} {
		assert.ErrorContains(t, project(t, content).prepareWorkspace(), want)
	}
}

func TestStackOf(t *testing.T) {
	for want, args := range map[string][]string{
		"dev":  {"preview", "--stack", "dev"},
		"test": {"up", "-s", "test", "--yes"},
		"prod": {"--stack=prod", "stack"},
		"":     {"stack", "--stack"},
	} {
		assert.Equal(t, want, stackOf(args), args)
	}
}

func TestTheProgramJudgesTheStackFile(t *testing.T) {
	assert.Equal(t, []string{"up", "--skip-config-validation", "--yes"}, completeArguments([]string{"up", "--yes"}))
	assert.Equal(t, []string{"stack", "output"}, completeArguments([]string{"stack", "output"}))
	assert.Equal(t, []string{"destroy"}, completeArguments([]string{"destroy"}))
	assert.Empty(t, completeArguments(nil))
}

func TestOnlyProgramCommandsBuildIt(t *testing.T) {
	for _, args := range [][]string{{"preview"}, {"up", "--yes"}, {"refresh", "--run-program"}} {
		assert.True(t, runsProgram(args), args)
	}
	for _, args := range [][]string{nil, {"destroy", "--yes"}, {"refresh"}, {"stack", "output"}} {
		assert.False(t, runsProgram(args), args)
	}
}

func TestFilesAreThoseOfTheCaller(t *testing.T) {
	for _, test := range []struct{ args, want []string }{
		{[]string{"stack", "graph", "graph.dot", "--stack", "dev"}, []string{"stack", "graph", "/here/graph.dot", "--stack", "dev"}},
		{[]string{"stack", "export", "--file", "state.json"}, []string{"stack", "export", "--file", "/here/state.json"}},
		{[]string{"preview", "--save-plan=plan.json"}, []string{"preview", "--save-plan=/here/plan.json"}},
		{[]string{"stack", "import", "--file", "/tmp/state.json"}, []string{"stack", "import", "--file", "/tmp/state.json"}},
		{[]string{"stack", "output", "vpcId"}, []string{"stack", "output", "vpcId"}},
	} {
		assert.Equal(t, test.want, AbsolutePaths("/here", test.args))
	}
}

func TestFindRoot(t *testing.T) {
	s := project(t, "config: {}\n")
	below := filepath.Join(s.root, "a", "b")
	require.NoError(t, os.MkdirAll(below, 0o700))
	root, err := FindRoot(below)
	require.NoError(t, err)
	assert.Equal(t, s.root, root)
	_, err = FindRoot(t.TempDir())
	assert.ErrorContains(t, err, "run this inside the repository")
}

// With it, the CLI lists commands for its own developers; without it, it does not know the flag.
func TestOnlyTheEventLogShowsDebugCommands(t *testing.T) {
	t.Setenv("PULUMI_DEBUG_COMMANDS", "true") // a person's own does not count
	s := project(t, "config: {}\n")
	checkout.Write(t, s.root, map[string]string{"bin/pulumi": ""})
	session, err := Open(Options{Root: s.root})
	require.NoError(t, err)
	defer func() { require.NoError(t, session.Close()) }()
	for line, want := range map[string]bool{
		"--help": false, "up --yes": false, "up --event-logs f": false, "up --event-log f": true, "destroy --event-log=f": true,
	} {
		env := session.command(t.Context(), strings.Fields(line)...).Env
		assert.Equal(t, want, slices.Contains(env, "PULUMI_DEBUG_COMMANDS=true"), line)
	}
}

// through returns a client of a proxy that, like pulumi-eks, does not check certificates.
func through(t *testing.T, p *Proxy) *http.Client {
	t.Helper()
	address, err := url.Parse(p.url())
	require.NoError(t, err)
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(address), TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
	}}
}

func TestProxyServesClustersAndRefusesTheWorld(t *testing.T) {
	p, err := StartProxy(func(host string) bool { return host == "cluster.example" }, func(string) bool { return false })
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close()) }()
	c := through(t, p)

	answer, err := c.Get("https://cluster.example/healthz")
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, "ok", string(bytes.TrimSpace(body)))
	assert.Empty(t, p.Refused())

	answer, err = c.Get("https://cluster.example/api")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)

	answer, err = c.Head("https://sts.amazonaws.com/") //nolint:bodyclose // there is no response
	require.Error(t, err)
	require.Nil(t, answer)
	answer, err = c.Get("http://169.254.169.254/latest/meta-data")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Equal(t, []string{"sts.amazonaws.com:443", "169.254.169.254"}, p.Refused())
}

// Ports come back: a client of gRPC looks for a server that listened where the proxy listens now. It asks for no other address.
func TestProxyIsNoServerOfAnEngine(t *testing.T) {
	p, err := StartProxy(func(string) bool { return false }, func(string) bool { return false })
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close()) }()
	conn, err := grpc.NewClient(p.listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = pulumirpc.NewResourceProviderClient(conn).GetPluginInfo(t.Context(), &emptypb.Empty{})
	require.Error(t, err)
	assert.Empty(t, p.Refused())
}

// No credentials or settings of a person's accounts reach an offline run.
func TestEnvironmentHoldsNoCredentials(t *testing.T) {
	s := project(t, "config: {}\n")
	checkout.Write(t, s.root, map[string]string{"bin/pulumi": ""})
	session, err := Open(Options{Root: s.root})
	require.NoError(t, err)
	defer func() { require.NoError(t, session.Close()) }()
	person := []string{"HOME=/home/me", "AWS_PROFILE=prod", "AWS_SECRET_ACCESS_KEY=x", "PULUMI_ACCESS_TOKEN=x", "https_proxy=http://corporate", "KUBECONFIG=/x"}
	env := session.environment(person)
	assert.Contains(t, env, "HOME=/home/me")
	for _, variable := range person[1:] {
		assert.NotContains(t, env, variable)
	}
	assert.Contains(t, env, "PULUMI_CONFIG_PASSPHRASE=offline")
	assert.Contains(t, env, "HTTPS_PROXY="+session.proxy.url())
}
