package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/costs"
	"legops/internal/regions"
	"legops/internal/registered"
)

// otherRegions are two in which the platform is not, on other continents.
var otherRegions = []string{"eu-west-1", "sa-east-1"}

// moved are a stack's files in another region: what a person changes in a stack file, and nothing else.
func moved(t *testing.T, stack, region string) string {
	t.Helper()
	zones := regions.Zones(region)
	return editedFiles(t, stack,
		[2]string{"region=us-east-1", "region=" + region},
		[2]string{"legops:region: us-east-1", "legops:region: " + region},
		[2]string{"- use1-az4\n      - use1-az6", "- " + zones[0] + "\n      - " + zones[1]})
}

// virginia is what is in us-east-1 wherever the platform is, by the beginning of its name, and why.
var virginia = map[string]string{
	"certificates-global": "CloudFront takes certificates from there only",
	"cdn":                 "CloudFront",
	"firewall":            "the firewall of CloudFront",
	"alerts-edge":         "an alarm tells a topic of its own region",
	"alarms-edge":         "the metrics of CloudFront and its firewall",
	"registry":            "images are kept there",
	"encryption-global":   "keys are of one region",
}

// namesVirginia is what is elsewhere and names us-east-1, by its name, and why.
var namesVirginia = map[string]string{
	`^dashboard-platform$`:                 "it shows the metrics of CloudFront",
	`^pipeline-[a-z]+-build(-rights)?$`:    "builds push images",
	`^deployer-role-policy$`:               "releases tell the registry which images to keep",
	`^release-policy-(migration-)?policy$`: "releases name images of the registry",
	`^storage-logs$`:                       "CloudFront delivers logs",
	`^scripts-build\.sh$`:                  "the registry of base images gives passwords there only",
	inDrills:                               "S3 takes every location of a bucket but that one",
}

// inDrills is in stacks with a drill of the backups.
const inDrills = `^restoredrill-scripts-restore-bucket\.sh$`

// In another region only what has to be in us-east-1 is there, or names it.
func TestRegionIsOnlyInTheStackFile(t *testing.T) {
	for _, region := range otherRegions {
		for _, stack := range stackNames {
			t.Run(region+" "+stack, func(t *testing.T) {
				cfg := checkout.Config(t, moved(t, stack, region), stack)
				r := registered.Stack(t, stack, cfg)
				g := r.Graph()
				used, named := map[string]bool{}, map[string]bool{}
				for _, found := range r.Resources() {
					if g.Region(found.Resource) == "us-east-1" {
						begin := ""
						for name := range virginia {
							if strings.HasPrefix(found.Name(), name) {
								begin, used[name] = name, true
							}
						}
						assert.NotEmpty(t, begin, "%s is in us-east-1 and need not be", found.Name())
						continue
					}
					inputs, err := json.Marshal(found.Inputs)
					require.NoError(t, err)
					if !strings.Contains(string(inputs), "us-east-1") || isProvider(found) {
						continue
					}
					by := ""
					for pattern := range namesVirginia {
						if regexp.MustCompile(pattern).MatchString(found.Name()) {
							by, named[pattern] = pattern, true
						}
					}
					assert.NotEmpty(t, by, "%s names us-east-1: %s", found.Name(), inputs)
				}
				assert.Len(t, used, len(virginia), "what is no longer in us-east-1")
				if cfg.Backup.RestoreDrill == nil {
					named[inDrills] = true
				}
				assert.Len(t, named, len(namesVirginia), "what no longer names us-east-1")
			})
		}
	}
}

// Production is previewed and development deployed in each region, with the real engine.
func TestOtherRegions(t *testing.T) {
	for _, region := range otherRegions {
		t.Run(region, func(t *testing.T) {
			production, err := stackOf(t, "prod").Preview(t.Context(), program(moved(t, "prod", region)))
			require.NoError(t, err)
			graph := production.Head()
			_, err = costs.Of(graph, costs.Traffic{})
			require.EqualError(t, err, "legops:region: "+region+": has no prices in internal/costs, only us-east-1 has")
			zones := map[string]int{}
			for _, r := range graph.OfType("aws:ec2/subnet:Subnet") {
				zones[r.Text("availabilityZoneId")]++
			}
			assert.Equal(t, map[string]int{regions.Zones(region)[0]: 3, regions.Zones(region)[1]: 3}, zones)

			development := stackOf(t, "dev")
			err = development.Up(t.Context(), program(moved(t, "dev", region)))
			require.NoError(t, err)
			state, err := development.State(t.Context())
			require.NoError(t, err)
			assert.Equal(t, existing(t, development.Record()), inState(t, state))
			checkAlarms(t, development.Record().Entries(""))
			places := map[string]int{}
			for _, e := range development.Record().Entries("") {
				if strings.HasPrefix(e.Type, "aws:") {
					places[e.Region]++
				}
			}
			assert.Greater(t, places[region], 5*places["us-east-1"], "most of it is here")
			assert.Len(t, places, 2, "%v", places)
		})
	}
}

// The scripts of bootstrap and workflows take the region from the stack file.
func TestScriptsTakeTheRegionFromTheStackFile(t *testing.T) {
	for _, region := range otherRegions {
		for _, stack := range []string{"dev", "prod"} {
			t.Run(region+" "+stack, func(t *testing.T) {
				t.Parallel()
				files := moved(t, stack, region)
				cfg := checkout.Config(t, files, stack)
				// The repository, but for the stack file.
				for _, name := range []string{"bootstrap", "go.mod", "go.sum", "internal", "stacks"} {
					require.NoError(t, os.Symlink(filepath.Join(root, name), filepath.Join(files, name)))
				}
				environment := []string{"ZONES=" + strings.Join(regions.Zones(region), " "), "CALLER=" + cfg.Account}
				out, code := checkAccount(t, files, stack, environment...)
				assert.Zero(t, code, out)
				assert.Contains(t, out, "Virtual CPUs of account "+cfg.Account+" in "+region+":")
				assert.Contains(t, out, cfg.Network.AvailabilityZones[0]+" is "+region+"a in this account")
				out, code = checkAccount(t, files, stack, append(environment, "QUOTA=1")...)
				assert.Equal(t, 1, code, out)
				assert.Contains(t, out, "request-service-quota-increase --region "+region+" ")

				log := filepath.Join(files, "calls")
				out, code = inAccount(t, files, "bootstrap.sh", stack, append(environment, "CONFIRM=yes", "ROLES=", "LOG="+log)...)
				assert.Zero(t, code, out)
				assert.Contains(t, out, "?region="+region+"'\n")
				calls := checkout.Read(t, log)
				for call := range strings.Lines(calls) {
					global := strings.HasPrefix(call, "iam ") || strings.HasPrefix(call, "sts ")
					assert.True(t, global || strings.Contains(call, "--region "+region), call)
				}

				name := "Pulumi." + stack + ".yaml"
				j := newJob(t, map[string]string{name: checkout.Read(t, files, name)})
				out, code = j.run("stack.sh", []string{stack, "deploy"})
				require.Zero(t, code, out)
				state := fmt.Sprintf("s3://legops-%s-state-%s?region=%s", stack, cfg.Account, region)
				assert.Contains(t, j.read("env"), "PULUMI_BACKEND_URL="+state+"\n")
				assert.Contains(t, j.read("output"), "region="+region+"\n")
				assert.NotContains(t, out+calls+j.read("env")+j.read("output"), "us-east-1")
			})
		}
	}
}
