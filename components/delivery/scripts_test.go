package delivery_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
	"legops/components/delivery"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

const (
	typeObject    = "aws:s3/bucketObjectv2:BucketObjectv2"
	artifactsArn  = "arn:aws:s3:::legops-test-111122223333-artifacts"
	scriptsFolder = "delivery/37a87345435b/" // of scriptsArgs: it changes with any of the files, and with nothing else
)

func scriptsArgs() delivery.ScriptsArgs {
	return delivery.ScriptsArgs{
		Location: componenttest.Location, Bucket: pulumi.String("artifacts"), BucketArn: artifactsArn, KeyArn: pulumi.String("storage-key"),
		Files: map[string]string{"build.sh": "build", "mirror.sh": "mirror", "release/appspec.yml": "appspec"},
	}
}

var scripts = componenttest.Of("scripts", delivery.NewScripts)

// madeScripts are Scripts that another component can be given.
func madeScripts(t *testing.T) *delivery.Scripts {
	t.Helper()
	var made *delivery.Scripts
	componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) (err error) {
		args := scriptsArgs()
		made, err = delivery.NewScripts(ctx, "scripts", &args, opts...)
		return err
	})
	return made
}

func TestScripts(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Scripts", "scripts", scripts(scriptsArgs()))
	assert.Len(t, r.OfType(typeObject), 3)
	for name, want := range map[string]struct{ path, content string }{
		"scripts-build.sh":            {"build.sh", "build"},
		"scripts-mirror.sh":           {"mirror.sh", "mirror"},
		"scripts-release-appspec.yml": {"release/appspec.yml", "appspec"},
	} {
		componenttest.Expect(t, r.One(t, typeObject, name), map[string]any{
			"bucket": "artifacts", "key": scriptsFolder + want.path, "content": want.content,
			"serverSideEncryption": nil, // the bucket says how
		})
	}
}

// scriptKeys are where the files are.
func scriptKeys(r *recorder.Recorder) (keys []any) {
	for _, object := range r.OfType(typeObject) {
		keys = append(keys, object.Get("key"))
	}
	return keys
}

func TestScriptsMoveWithTheirContent(t *testing.T) {
	before := scriptKeys(componenttest.Record(t, scripts(scriptsArgs())))
	for what, change := range map[string]func(map[string]string){
		"content":      func(files map[string]string) { files["build.sh"] = "build better" },
		"name":         func(files map[string]string) { delete(files, "mirror.sh"); files["mirror2.sh"] = "mirror" },
		"between them": func(files map[string]string) { files["build.sh"], files["mirror.sh"] = "mirror", "build" },
	} {
		args := scriptsArgs()
		change(args.Files)
		for _, key := range scriptKeys(componenttest.Record(t, scripts(args))) {
			assert.NotContains(t, before, key, what)
		}
	}
	assert.Equal(t, before, scriptKeys(componenttest.Record(t, scripts(scriptsArgs()))))
}

func TestScriptsURL(t *testing.T) {
	var got string
	r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		args := scriptsArgs()
		s, err := delivery.NewScripts(ctx, "scripts", &args, opts...)
		if err != nil {
			return err
		}
		s.URL.ApplyT(func(url string) string { got = url; return "" })
		// Who is told where the files are waits for each of them.
		waiting := registryArgs
		waiting.KeyArn = s.URL
		_, err = delivery.NewRegistry(ctx, "registry", &waiting, opts...)
		return err
	})
	assert.Equal(t, "s3://artifacts/delivery/37a87345435b", got)
	repository := r.One(t, "aws:ecr/repository:Repository", "registry-matters")
	for _, object := range r.OfType(typeObject) {
		assert.Contains(t, repository.DependsOn, object.URN)
	}
}

func TestScriptsRead(t *testing.T) {
	s := madeScripts(t)
	key := components.Statement{
		Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{pulumi.String("storage-key")},
		Conditions: components.Conditions{
			"StringEquals": {"kms:ViaService": {"s3.eu-west-1.amazonaws.com"}},
			"StringLike":   {"kms:EncryptionContext:aws:s3:arn": {artifactsArn, artifactsArn + "/*"}},
		},
	}
	get := func(paths ...string) components.Statement {
		objects := pulumi.StringArray{}
		for _, path := range paths {
			objects = append(objects, pulumi.String(artifactsArn+"/"+scriptsFolder+path))
		}
		return components.Statement{Actions: []string{"s3:GetObject"}, Resources: objects}
	}
	assert.Equal(t, []components.Statement{get("mirror.sh"), key}, s.Read("mirror.sh"))
	list := components.Statement{
		Actions: []string{"s3:ListBucket"}, Resources: pulumi.ToStringArray([]string{artifactsArn}),
		Conditions: components.Conditions{"StringEquals": {"s3:prefix": {scriptsFolder + "release/"}}},
	}
	assert.Equal(t, []components.Statement{list, get("build.sh", "release/*"), key}, s.Read("build.sh", "release/"))
}

func TestScriptsRefuses(t *testing.T) {
	componenttest.Refuses(t, scripts(delivery.ScriptsArgs{}), "Scripts scripts: Location.Account", "Bucket is missing", "BucketArn is missing",
		"KeyArn is missing", "Files is empty")
	args := scriptsArgs()
	args.Files = map[string]string{"../build.sh": "x", "/mirror.sh": "x", "release/": "x", "empty.sh": "", "": "x"}
	componenttest.Refuses(t, scripts(args), `Files: "../build.sh" must be a path`, `Files: "/mirror.sh" must be a path`,
		`Files: "release/" must be a path`, `Files: "" must be a path`, "Files: empty.sh is empty")
}
