package cloud

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// random is a provider of random things in a cloud of its own.
func random(t *testing.T) client {
	t.Helper()
	c := connect(t, newCloud(t), "random", "", "")
	_, err := c.rpc.Configure(t.Context(), &pulumirpc.ConfigureRequest{})
	require.NoError(t, err)
	return c
}

// secretOf creates a password and returns it; it must be a secret, and so must its hash.
func secretOf(t *testing.T, c client, name string, inputs values) string {
	t.Helper()
	created, err := c.create(catalogue.RandomPassword, name, inputs)
	require.NoError(t, err)
	outputs, err := plugin.UnmarshalProperties(created.GetProperties(), plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(t, err)
	require.True(t, outputs["result"].IsSecret())
	require.True(t, outputs["bcryptHash"].IsSecret())
	return outputs["result"].SecretValue().Element.StringValue()
}

func TestPasswords(t *testing.T) {
	for name, test := range map[string]struct {
		inputs values
		form   string
	}{
		"all kinds":       {values{"length": 40}, `^[a-zA-Z0-9!@#$%&*()\-_=+\[\]{}<>:?]{40}$`},
		"nothing special": {values{"length": 40, "special": false}, `^[a-zA-Z0-9]{40}$`},
		"digits":          {values{"length": 6, "special": false, "lower": false, "upper": false}, `^[0-9]{6}$`},
		"own":             {values{"length": 8, "lower": false, "upper": false, "numeric": false, "overrideSpecial": "-_"}, `^[-_]{8}$`},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Regexp(t, test.form, secretOf(t, random(t), "password", test.inputs))
		})
	}
	few := secretOf(t, random(t), "password", values{"length": 4, "minLower": 1, "minUpper": 1, "minNumeric": 1, "minSpecial": 1})
	for _, form := range []string{`[a-z]`, `[A-Z]`, `[0-9]`, `[^a-zA-Z0-9]`} {
		assert.Regexp(t, form, few)
	}
}

// A password is the same for the same name and keepers, everywhere.
func TestPasswordsAreDeterministic(t *testing.T) {
	keepers := func(value string) values { return values{"length": 32, "keepers": values{"rotation": value}} }
	first := secretOf(t, random(t), "password", keepers("1"))
	assert.Equal(t, first, secretOf(t, random(t), "password", keepers("1")))
	assert.NotEqual(t, first, secretOf(t, random(t), "password", keepers("2")))
	assert.NotEqual(t, first, secretOf(t, random(t), "other", keepers("1")))
}

func TestPasswordRefuses(t *testing.T) {
	for name, inputs := range map[string]values{
		"no length":  {"length": 0},
		"no room":    {"length": 3, "minLower": 2, "minUpper": 2},
		"no letters": {"length": 3, "lower": false, "upper": false, "numeric": false, "special": false},
	} {
		random(t).refused(catalogue.RandomPassword, "password", inputs, "length is", name)
	}
}

// What came in as a secret goes out as one, and nothing around it.
func TestSecretsStaySecret(t *testing.T) {
	c := newClient(t)
	secret := func(text string) resource.PropertyValue { return resource.MakeSecret(resource.NewProperty(text)) }
	inputs := resource.PropertyMap{"name": resource.NewProperty("queue"), "tags": resource.NewProperty(resource.PropertyMap{
		"open": resource.NewProperty("a"), "closed": secret("b"),
	})}
	wire, err := plugin.MarshalProperties(inputs, keepSecrets)
	require.NoError(t, err)
	proven := func(outputs *pulumirpc.CreateResponse) {
		values, err := plugin.UnmarshalProperties(outputs.GetProperties(), keepSecrets)
		require.NoError(t, err)
		tags := values["tags"].ObjectValue()
		assert.False(t, tags["open"].IsSecret())
		assert.True(t, tags["closed"].IsSecret())
	}
	for _, preview := range []bool{true, false} {
		created, err := c.rpc.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(catalogue.Queue, "queue"), Properties: wire, Preview: preview})
		require.NoError(t, err)
		proven(created)
		updated, err := c.rpc.Update(t.Context(), &pulumirpc.UpdateRequest{Urn: urnOf(catalogue.Queue, "queue"), Id: "https://sqs.us-east-1.amazonaws.com/111111111111/queue", News: wire, Preview: true})
		require.NoError(t, err)
		proven(&pulumirpc.CreateResponse{Properties: updated.GetProperties()})
		if !preview {
			read, err := c.rpc.Read(t.Context(), &pulumirpc.ReadRequest{Urn: urnOf(catalogue.Queue, "queue"), Id: created.GetId(), Properties: created.GetProperties(), Inputs: wire})
			require.NoError(t, err)
			proven(&pulumirpc.CreateResponse{Properties: read.GetProperties()})
			proven(&pulumirpc.CreateResponse{Properties: read.GetInputs()})
		}
	}
	// In a list, element by element; where the list's length is another, all of it.
	list := func(values ...resource.PropertyValue) resource.PropertyValue { return resource.NewProperty(values) }
	a := resource.NewProperty("a")
	assert.Equal(t, list(a, resource.MakeSecret(a)), concealed(list(a, a), list(a, secret("a"))))
	assert.Equal(t, resource.MakeSecret(list(a)), concealed(list(a), list(a, secret("a"))))
}

// An asset crosses the cloud as it is.
func TestAssetsCross(t *testing.T) {
	c := newClient(t)
	c.bucket("pages")
	asset, err := resource.NewTextAsset("<p>")
	require.NoError(t, err)
	_, out := c.made(catalogue.BucketObject, "page", values{"bucket": "pages", "key": "index.html", "source": asset})
	assert.Equal(t, "<p>", out["source"].(values)["text"])
}
