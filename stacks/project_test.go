package stacks

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/esc"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

func loadProject(t *testing.T) *workspace.Project {
	t.Helper()
	project, err := workspace.LoadProject("../Pulumi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// Pulumi.yaml and Config describe the same keys, except optional ones: Pulumi requires every key that Pulumi.yaml
// describes and has no value for.
func TestProjectDescribesEveryKey(t *testing.T) {
	project := loadProject(t)
	if project.Name.String() != Project {
		t.Errorf("project is %s, want %s", project.Name, Project)
	}
	got, want := map[string]string{}, map[string]string{"pulumi:disable-default-providers": "value [aws kubernetes]"}
	for key, c := range project.Config {
		switch {
		case c.Value != nil:
			got[key] = "value " + diagText(c.Value)
		case c.Items != nil:
			got[key] = c.TypeName() + " of " + c.Items.Type
		default:
			got[key] = c.TypeName()
		}
		if c.Value == nil && c.Description == "" {
			t.Errorf("%s has no description", key)
		}
	}
	configType := reflect.TypeFor[Config]()
	for i := range configType.NumField() {
		field := configType.Field(i)
		if kind := field.Type.Kind(); kind == reflect.Pointer || kind == reflect.Map {
			continue
		}
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		want[Project+":"+key] = pulumiType(field.Type)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-Config +Pulumi.yaml):\n%s", diff)
	}
}

func pulumiType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "array of " + pulumiType(t.Elem())
	default:
		return "object"
	}
}

func diagText(value any) string {
	text := "["
	for i, v := range value.([]any) {
		if i > 0 {
			text += " "
		}
		text += v.(string)
	}
	return text + "]"
}

// Pulumi itself accepts the stack files, and passes the program the values that ReadFile reads.
func TestPulumiAcceptsStackFiles(t *testing.T) {
	project := loadProject(t)
	for _, account := range accounts {
		t.Run(account, func(t *testing.T) {
			sink := diag.DefaultSink(t.Output(), t.Output(), diag.FormatOptions{Color: colors.Never})
			stack, err := workspace.LoadProjectStack(sink, project, "../Pulumi."+account+".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if err := workspace.ValidateStackConfigAndApplyProjectConfig(context.Background(), account, project,
				esc.Value{}, stack.Config, config.NopEncrypter, config.NopDecrypter); err != nil {
				t.Fatal(err)
			}
			decrypted, err := stack.Config.Decrypt(config.NopDecrypter)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for key, value := range decrypted {
				got[key.String()] = value
			}
			if diff := cmp.Diff(stackValues(t, account), got); diff != "" {
				t.Errorf("values (-ReadFile +Pulumi):\n%s", diff)
			}
			if got := lines(t, got); got != nil {
				t.Errorf("Load refuses the values that Pulumi passes: %s", got)
			}
		})
	}
}
