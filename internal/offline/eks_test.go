package offline_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// node runs Node.js with these arguments and returns what it prints.
func node(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Env = append(os.Environ(), "RECORD=1") // a person's own variable of this name means nothing here
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "node %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

// Otherwise a start would only be slow.
func TestPulumiEksStartsFromWhatIsCompiled(t *testing.T) {
	folder, err := filepath.Abs("../../bin/pulumi-eks")
	require.NoError(t, err)
	out := node(t, "-r", filepath.Join(folder, "compiled.js"), "-e", `
		require(process.argv[1] + "/node_modules/@pulumi/eks/cluster.js")
		const counts = require(process.argv[1] + "/compiled.js")
		console.log(counts.accepted > 1000, counts.rejected, counts.others)`, folder)
	assert.Equal(t, "true 0 0\n", out, "%s holds what another Node.js than %s has compiled, or not all modules: run make tools, "+
		"which records them again for this one; if that does not help, delete bin/home/plugins before", folder, strings.TrimSpace(node(t, "--version")))
}

// One process serves many engines, and the kernel gives one the port of another that has ended.
func TestPulumiEksReachesAnEngineAtThePortOfAnother(t *testing.T) {
	folder, err := filepath.Abs("../../bin/pulumi-eks")
	require.NoError(t, err)
	out := node(t, "-r", filepath.Join(folder, "compiled.js"), "-e", `
		const modules = process.argv[1] + "/node_modules/"
		const grpc = require(modules + "@grpc/grpc-js")
		const { EngineClient } = require(modules + "@pulumi/pulumi/proto/engine_grpc_pb.js")
		const { LogRequest } = require(modules + "@pulumi/pulumi/proto/engine_pb.js")
		const { grpcClientOptions } = require(modules + "@pulumi/pulumi/runtime/settings.js")
		const probe = require("net").createServer().listen(0, "127.0.0.1", () => {
			const address = "127.0.0.1:" + probe.address().port
			const ask = then => new EngineClient(address, grpc.credentials.createInsecure(), grpcClientOptions)
				.log(new LogRequest(), error => { console.log(grpc.status[error.code]); then() })
			probe.close(() => ask(() =>
				new grpc.Server().bindAsync(address, grpc.ServerCredentials.createInsecure(), () => ask(process.exit))))
		})`, folder)
	assert.Equal(t, "UNAVAILABLE\nUNIMPLEMENTED\n", out, "nobody listens, then an engine that knows no calls")
}

// Only the simulated cloud asks for what is compiled.
func TestAnAccountGetsThePackageAsItIs(t *testing.T) {
	plugins, err := filepath.Glob("../../bin/home/plugins/resource-eks-v*/pulumi-resource-eks")
	require.NoError(t, err)
	require.Len(t, plugins, 1)
	commands := t.TempDir()
	checkout.Write(t, commands, map[string]string{"node": "#!/bin/sh\necho \"$@\"\n"})
	for asked, want := range map[string]string{"": `^\S+/index.js 127.0.0.1:1$`, "true": `^-r \S+/compiled.js \S+/index.js 127.0.0.1:1$`} {
		cmd := exec.CommandContext(t.Context(), plugins[0], "127.0.0.1:1")
		cmd.Env = append(os.Environ(), "PATH="+commands+":"+os.Getenv("PATH"), "OFFLINE_COMPILED="+asked)
		out, code := checkout.Output(t, cmd)
		assert.Zero(t, code)
		assert.Regexp(t, want, strings.TrimSpace(out))
	}
}

// recorded is a folder with compiled.js, and a small program that it has recorded and then does not need: it prints the value that a
// module gets by import(), its arguments, and how many modules came from the record, and are not in it.
func recorded(t *testing.T) (compiled, program string) {
	t.Helper()
	folder := t.TempDir()
	checkout.Write(t, folder, map[string]string{
		"compiled.js": checkout.Read(t, "../../tools/pulumi-eks", "compiled.js"),
		"program.js": `const counts = require("./compiled.js")
			require("./lazy.js")().then(value => console.log(value, process.argv.slice(2).join(), counts.accepted, counts.others))`,
		"lazy.js":   `module.exports = async () => (await import("./value.mjs")).default`,
		"value.mjs": `export default "imported"`,
	})
	compiled, program = filepath.Join(folder, "compiled.js"), filepath.Join(folder, "program.js")
	assert.Empty(t, node(t, compiled, program, "127.0.0.1:1"), "the recording start printed")
	return compiled, program
}

// The plugin's wrapper never runs compiled.js as the program, so it never records; and a module keeps its import().
func TestARecordedProgramRunsAsItIs(t *testing.T) {
	compiled, program := recorded(t)
	assert.Equal(t, "imported 127.0.0.1:2 1 0\n", node(t, "-r", compiled, program, "127.0.0.1:2"))
}

// V8 would refuse the code of another version, module by module.
func TestAnotherNodeIgnoresTheRecord(t *testing.T) {
	compiled, program := recorded(t)
	folder := filepath.Dir(compiled)
	record := checkout.Read(t, folder, "compiled.json")
	other := strings.Replace(record, `"recordedBy":"v`, `"recordedBy":"v1`, 1)
	require.NotEqual(t, record, other)
	checkout.Write(t, folder, map[string]string{"compiled.json": other})
	assert.Equal(t, "imported a 0 0\n", node(t, "-r", compiled, program, "a"))
}
