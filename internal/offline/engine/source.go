package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pulumi/esc"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/encoding"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"legops/internal/offline"
)

// Source is what is deployed: a program with its stack files.
type Source struct {
	// Dir is the folder of Pulumi.yaml, where the program runs.
	Dir string
	// StackFiles is the folder of the Pulumi.<stack>.yaml files, and of an edited Pulumi.yaml if that is there; Dir if empty.
	StackFiles string
	// Program is the program.
	Program Program
}

// Program runs a Pulumi program once, until its end or that of the context. What it returns is the reason for which the engine ends
// the operation.
type Program func(context.Context, *Run) error

// Run is one run of a program.
type Run struct {
	plugin.RunInfo
	// EngineAddress is where the program's messages go.
	EngineAddress string
	// Env is the environment of a program that is a process: without credentials, and with a proxy that leads nowhere.
	Env []string
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
	return func(ctx context.Context, run *Run) error {
		values := run.values()
		c, err := pulumi.NewContext(ctx, pulumi.RunInfo{
			Project: run.Project, Stack: run.Stack, Organization: run.Organization, RootDirectory: run.Info.RootDirectory(),
			Config: values, Parallel: run.Parallel, DryRun: run.DryRun,
			MonitorAddr: run.MonitorAddress, EngineAddr: run.EngineAddress,
		})
		if err != nil {
			return err
		}
		err = pulumi.RunWithContext(c, func(c *pulumi.Context) error { return program(c, values) })
		_ = c.Close() // the engine has what it needs
		if err == nil {
			*c = pulumi.Context{} // the SDK's server of transforms holds it, and nothing stops that: recorder.Run says where
		}
		return err
	}
}

// Executable is a built program. It gets what Pulumi's language host for Go would give it.
func Executable(path string) Program {
	return func(ctx context.Context, run *Run) error {
		info, err := run.Info.Marshal()
		if err != nil {
			return err
		}
		var printed bytes.Buffer
		if err := offline.RunProgram(ctx, path, run.Env, run.EngineAddress, &pulumirpc.RunRequest{
			Project: run.Project, Stack: run.Stack, Organization: run.Organization, Pwd: run.Pwd, Info: info,
			Config: run.values(), Parallel: run.Parallel, DryRun: run.DryRun, MonitorAddress: run.MonitorAddress,
		}, nil, &printed); err != nil {
			// Why it failed it told the engine, unless it crashed.
			if crash := printed.String(); strings.Contains(crash, "\ngoroutine ") {
				return fmt.Errorf("the program crashed: %s", crash)
			}
			return fmt.Errorf("the program ended with %w", err)
		}
		return nil
	}
}

// program is the program of one operation.
type program struct {
	start  Program
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	runs   sync.WaitGroup
}

func newProgram(ctx context.Context, start Program) *program {
	p := &program{start: start}
	p.ctx, p.cancel = context.WithCancel(ctx)
	return p
}

// run runs the program, unless the operation has ended.
func (p *program) run(run *Run) error {
	p.mu.Lock()
	if err := p.ctx.Err(); err != nil {
		p.mu.Unlock()
		return err
	}
	p.runs.Add(1)
	p.mu.Unlock()
	defer p.runs.Done()
	return p.start(p.ctx, run)
}

// end ends the program with its operation. After a failed step the engine answers a program no more, and does not end it.
func (p *program) end() {
	p.mu.Lock()
	p.cancel()
	p.mu.Unlock()
	p.runs.Wait()
}

// load reads the project and a stack's configuration, with what the project sets for all stacks. Secret values are placeholders: their key is not here.
func (s Source) load(ctx context.Context, stack string) (*workspace.Project, config.Map, error) {
	files := s.StackFiles
	if files == "" {
		files = s.Dir
	}
	project, err := workspace.LoadProject(filepath.Join(offline.ProjectFolder(files, s.Dir), "Pulumi.yaml"))
	if err != nil {
		return nil, nil, err
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
	if file.Config == nil {
		file.Config = config.Map{}
	}
	err = workspace.ApplyProjectConfig(ctx, stack, project, esc.Value{}, file.Config, config.NopEncrypter, config.NopDecrypter)
	return project, file.Config, err
}
