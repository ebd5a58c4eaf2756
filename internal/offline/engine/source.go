package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/encoding"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/offline"
)

// Source is what is deployed: a program with its stack files.
type Source struct {
	// Dir is the folder of Pulumi.yaml, where the program runs.
	Dir string
	// StackFiles is the folder of the Pulumi.<stack>.yaml files; Dir if empty.
	StackFiles string
	// Program is the program.
	Program Program
}

// Program runs a Pulumi program once. What it returns is the reason for which the engine ends the operation.
type Program func(context.Context, *Run) error

// Run is one run of a program.
type Run struct {
	plugin.RunInfo
	// Dir is the folder in which the program runs.
	Dir string
	// EngineAddress is where the program's messages go.
	EngineAddress string
}

// values is the configuration by full names, such as legops:rds. Objects are JSON.
func (r *Run) values() map[string]string {
	values := map[string]string{}
	for key, value := range r.Config {
		values[key.String()] = value
	}
	return values
}

// Function is a program in this process: it creates resources with a context and the values of the configuration.
func Function(program func(*pulumi.Context, map[string]string) error) Program {
	return func(_ context.Context, run *Run) error {
		values := run.values()
		return pulumi.RunErr(func(c *pulumi.Context) error { return program(c, values) }, func(info *pulumi.RunInfo) {
			info.Project, info.Stack, info.Organization, info.RootDirectory = run.Project, run.Stack, run.Organization, run.Dir
			info.Config, info.Parallel, info.DryRun = values, run.Parallel, run.DryRun
			info.MonitorAddr, info.EngineAddr = run.MonitorAddress, run.EngineAddress
		})
	}
}

// Executable is a built program. It gets what Pulumi's language host for Go would give it.
func Executable(path string) Program {
	return func(ctx context.Context, run *Run) error {
		values, err := json.Marshal(run.values())
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, path)
		cmd.Dir = run.Dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal reaches it through ctx
		cmd.Env = append(os.Environ(),
			pulumi.EnvOrganization+"="+run.Organization,
			pulumi.EnvProject+"="+run.Project,
			pulumi.EnvStack+"="+run.Stack,
			pulumi.EnvConfig+"="+string(values),
			pulumi.EnvDryRun+"="+strconv.FormatBool(run.DryRun),
			pulumi.EnvParallel+"="+strconv.Itoa(int(run.Parallel)),
			pulumi.EnvMonitor+"="+run.MonitorAddress,
			pulumi.EnvEngine+"="+run.EngineAddress,
			pulumi.EnvPulumiRootDirectory+"="+run.Dir,
		)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", path, err, out)
		}
		return nil
	}
}

// load reads the project and a stack's configuration. Secret values are placeholders: their key is not here.
func (s Source) load(stack string) (*workspace.Project, config.Map, error) {
	project, err := workspace.LoadProject(filepath.Join(s.Dir, "Pulumi.yaml"))
	if err != nil {
		return nil, nil, err
	}
	files := s.StackFiles
	if files == "" {
		files = s.Dir
	}
	path := filepath.Join(files, "Pulumi."+stack+".yaml")
	content, err := offline.StackFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("stack %s: %w", stack, err)
	}
	file, err := workspace.LoadProjectStackBytes(diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never}), project, content, path, encoding.YAML)
	if err != nil {
		return nil, nil, err
	}
	return project, file.Config, nil
}
