package infra_test

import (
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/stacks"
)

// refused are the keys of which another value contradicts another key or a component: what the error says then.
var refused = map[string]string{
	"Account":                         "1111222233339:role/legops-test-app-matters\" must be the ARN of a role",
	"Network.AvailabilityZones":       "must be one per zone",
	"Network.Subnets.Public":          "Subnets.Public has 3 ranges",
	"Network.Subnets.Application":     "Subnets.Application has 3 ranges",
	"Network.Subnets.Data":            "Subnets.Data has 3 ranges",
	"Eks.Version":                     "KubernetesVersion \"1.359\"",
	"Queues.Name":                     "there is no queue \"signing\", only [signing9]",
	"Storage.Buckets.Name":            "there is no bucket \"documents\", only [documents9]",
	"Applications.Produces":           "there is no queue \"signing9\"",
	"Applications.Consumes":           "there is no queue \"signing9\"",
	"Applications.Buckets.Name":       "there is no bucket \"documents9\"",
	"Applications.Buckets.Prefix":     "prefix \"matters/9\"",
	"Applications.Calls":              "Calls: \"9\"",
	"Applications.SecretFiles":        "SecretFiles: 9 must be one of the Secrets",
	"Applications.Probes.Live":        "Probes.Live \"9\"",
	"Applications.Probes.Ready":       "Probes.Ready \"9\"",
	"Applications.Schedules.Cron":     "Cron \"0 6 * * *9\"",
	"Applications.Schedules.TimeZone": "TimeZone \"UTC9\"",
	"Applications.Connects.To":        "203.0.113.1/24 must be an IPv4 network",
}

// elsewhere are the keys of which mocks show nothing, and the test that does: they run no transform, and answer that nothing exists yet.
var elsewhere = map[string]string{
	"Eks.ExtendedSupport": "components/compute: TestClusterOfEks, and the golden previews",
	"Rds.MajorUpgrade":    "tests: TestDatabaseMajorUpgrade",
}

// TestEveryKeyReachesAResource changes each key of a stack file on its own: the program then registers something else. So a new key
// needs no test of its own to show that infra passes it on.
func TestEveryKeyReachesAResource(t *testing.T) {
	base, err := registrations(platform())
	require.NoError(t, err)
	for _, key := range keysOf(reflect.ValueOf(platform()).Elem(), "") {
		if strings.HasPrefix(key, "Tuning.") || key == "Adopt" {
			continue // package stacks has put it into the applications; TestAdoptedKeepTheirNamesAndAreNeverDeleted looks at the other
		}
		if elsewhere[key] != "" {
			continue
		}
		cfg := platform()
		change(t, reflect.ValueOf(cfg).Elem(), key)
		changed, err := registrations(cfg)
		if message, is := refused[key]; is {
			assert.ErrorContains(t, err, message, key)
			continue
		}
		require.NoError(t, err, key)
		assert.False(t, maps.Equal(base, changed), "nothing that the program registers depends on %s", key)
	}
}

// registrations are what the program registers, as text by URN.
func registrations(cfg *stacks.Config) (map[string]string, error) {
	r, err := register(cfg)
	all := map[string]string{}
	for _, found := range r.Resources() {
		all[string(found.URN)] = fmt.Sprint(found.Protect, found.RetainOnDelete, found.Provider, found.Inputs)
	}
	return all, err
}

// keysOf are the paths of the fields that hold no further keys: in a list of sections, those of its last.
func keysOf(value reflect.Value, prefix string) []string {
	var keys []string
	for i := range value.NumField() {
		field, inner := value.Type().Field(i), value.Field(i)
		path := prefix + field.Name
		switch of := structIn(inner); {
		case of.IsValid() && of.Type() != reflect.TypeFor[netip.Prefix]():
			keys = append(keys, keysOf(of, path+".")...)
		default:
			keys = append(keys, path)
		}
	}
	return keys
}

// structIn is the struct that a value is, points to or lists last; it adds a missing one.
func structIn(value reflect.Value) reflect.Value {
	typ := value.Type()
	switch {
	case typ.Kind() == reflect.Struct:
		return value
	case typ.Kind() == reflect.Pointer && typ.Elem().Kind() == reflect.Struct:
		if value.IsNil() {
			value.Set(reflect.New(typ.Elem()))
		}
		return value.Elem()
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct:
		if value.Len() == 0 {
			value.Set(reflect.MakeSlice(typ, 1, 1))
		}
		return value.Index(value.Len() - 1)
	}
	return reflect.Value{}
}

// change gives the key at a path of fields another value.
func change(t *testing.T, value reflect.Value, path string) {
	t.Helper()
	first, rest, nested := strings.Cut(path, ".")
	field := value.FieldByName(first)
	if nested {
		change(t, structIn(field), rest)
		return
	}
	alter(t, path, field)
}

func alter(t *testing.T, path string, value reflect.Value) {
	t.Helper()
	if cidr, is := value.Addr().Interface().(*netip.Prefix); is {
		*cidr = netip.PrefixFrom(cidr.Addr().Next(), cidr.Bits())
		return
	}
	switch value.Kind() {
	case reflect.Bool:
		value.SetBool(!value.Bool())
	case reflect.Int:
		value.SetInt(value.Int() + 1)
	case reflect.Float64:
		value.SetFloat(value.Float() + 1)
	case reflect.String:
		value.SetString(value.String() + "9")
	case reflect.Pointer:
		if value.IsNil() {
			value.Set(reflect.New(value.Type().Elem()))
		}
		alter(t, path, value.Elem())
	case reflect.Slice:
		added := reflect.New(value.Type().Elem()).Elem()
		if value.Len() > 0 {
			added.Set(value.Index(value.Len() - 1))
		}
		alter(t, path, added)
		value.Set(reflect.Append(value, added))
	case reflect.Map:
		require.NotEmpty(t, value.MapKeys(), "%s: platform() has no entry to change", path)
		key := value.MapKeys()[0]
		entry := reflect.New(value.Type().Elem()).Elem()
		entry.Set(value.MapIndex(key))
		alter(t, path, entry)
		value.SetMapIndex(key, entry)
	default:
		t.Fatalf("%s: no other value for a %s is known", path, value.Type())
	}
}
