package stacks

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAdoptRefuses(t *testing.T) {
	const key = "1234abcd-12ab-34cd-56ef-1234567890ab"
	adopts := func(pairs ...string) []edit {
		names := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			names[pairs[i]] = pairs[i+1]
		}
		return []edit{set("adopt", names)}
	}
	checkMistakes(t, []mistake{
		{"what may be", "dev", adopts("storage-documents", "acme-documents", "encryption-storage", key), nil},
		{"no mapping", "dev", []edit{set("adopt", "everything")}, []string{
			"legops:adopt: everything: must be a mapping, is text: write a mapping",
		}},
		{"a name that does not exist", "dev", adopts("storage-documants", "acme-documents", "bucket", "acme"), []string{
			"legops:adopt.bucket: acme: nothing that can be adopted has this name: choose one of those in docs/configuration.md",
			"legops:adopt.storage-documants: acme-documents: nothing that can be adopted has this name: did you mean storage-documents?",
		}},
		{"a cluster", "dev", adopts("eks-cluster", "acme"), []string{
			"legops:adopt.eks-cluster: acme: a cluster cannot be taken over: role, bootstrap, key and network of a cluster never change, and pulumi-eks, which makes it here, takes no existing one: remove it",
		}},
		{"another account", "dev", adopts(
			"queues-document-signing", "https://sqs.us-east-1.amazonaws.com/999999999999/signing.fifo",
			"certificates-global", "arn:aws:acm:us-east-1:999999999999:certificate/12345678-1234-1234-1234-123456789012",
			"encryption-storage", "arn:aws:kms:us-east-1:999999999999:key/"+key,
		), []string{
			"legops:adopt.certificates-global: arn:aws:acm:us-east-1:999999999999:certificate/12345678-123…: is in account 999999999999, not in this one, 111111111111: choose a resource of the stack's own account",
			"legops:adopt.encryption-storage: arn:aws:kms:us-east-1:999999999999:key/1234abcd-12ab-34cd-5…: is in account 999999999999, not in this one, 111111111111: choose a resource of the stack's own account",
			"legops:adopt.queues-document-signing: https://sqs.us-east-1.amazonaws.com/999999999999/signing.fi…: is in account 999999999999, not in this one, 111111111111: choose a resource of the stack's own account",
		}},
		{"another region", "dev", adopts("queues-document-signing", "https://sqs.eu-west-1.amazonaws.com/111111111111/signing.fifo"), []string{
			"legops:adopt.queues-document-signing: https://sqs.eu-west-1.amazonaws.com/111111111111/signing.fi…: is in eu-west-1, and has to be in us-east-1: choose one in that region, or leave the name out: the program then makes one",
		}},
		{"another kind", "dev", adopts(
			"network-vpc", "subnet-0123456789abcdef0", "storage-documents", "arn:aws:s3:::acme-documents", "rds-instance", "Acme", "encryption-search", "alias/acme",
			"queues-document-signing", "https://sqs.us-east-1.amazonaws.com/111111111111/notifications",
		), []string{
			"legops:adopt.encryption-search: alias/acme: is no id of a KMS key: write the id of a KMS key, such as 1234abcd-12ab-34cd-56ef-1234567890ab",
			"legops:adopt.network-vpc: subnet-0123456789abcdef0: is the id of a subnet, not of a VPC: write the id of a VPC, such as vpc-0123456789abcdef0",
			"legops:adopt.queues-document-signing: https://sqs.us-east-1.amazonaws.com/111111111111/notificati…: is no id of a FIFO queue: write the id of a FIFO queue, such as https://sqs.us-east-1.amazonaws.com/111111111111/signing.fifo",
			"legops:adopt.rds-instance: Acme: RDS moves no database to another subnet group of the same VPC: add legops:adopt.rds-subnets",
			"legops:adopt.rds-instance: Acme: is no id of a database: write the id of a database, such as acme-production",
			"legops:adopt.storage-documents: arn:aws:s3:::acme-documents: is an ARN, and a bucket is named by its id alone: write the id of a bucket, such as acme-documents",
		}},
		{"the same twice", "dev", adopts("storage-documents", "acme", "storage-evidence", "acme", "rds-parameters", "acme"), []string{
			"legops:adopt.storage-evidence: acme: is also legops:adopt.storage-documents: each resource has one place: remove one",
		}},
		{"without what it lives in", "dev", adopts("network-data-use1-az4", "subnet-0123456789abcdef0", "opensearch-domain", "acme", "rds-log-upgrade", "acme"), []string{
			"legops:adopt.network-data-use1-az4: subnet-0123456789abcdef0: a subnet stays in its VPC, which is not adopted: add legops:adopt.network-vpc",
			"legops:adopt.opensearch-domain: acme: a domain stays in its VPC, which is not adopted: add legops:adopt.network-vpc",
			"legops:adopt.rds-log-upgrade: acme: RDS writes the logs of a database to groups that are named after it: add legops:adopt.rds-instance",
		}},
		{"a database that is to be upgraded, too", "dev", append(adopts("rds-instance", "acme"), set("rds.majorUpgrade", "17")), []string{
			"legops:adopt.rds-instance: acme: RDS moves no database to another subnet group of the same VPC: add legops:adopt.rds-subnets",
			"legops:rds.majorUpgrade: 17: the database is adopted (legops:adopt.rds-instance), and the program never sends it a version: " +
				"remove it, and upgrade the database by hand before you set legops:rds.engineVersion",
		}},
		{"AWS's own groups", "dev", adopts("rds-parameters", "default-postgres17"), []string{
			"legops:adopt.rds-parameters: default-postgres17: is AWS's own group, which nobody can change: leave the name out: the program makes a group and gives it to the database",
		}},
		{"a bucket whose copy has too long a name", "prod", adopts("storage-documents", "acme-documents-of-all-our-clients-and-their-lawyers-since-2009"), []string{
			"legops:adopt.storage-documents: acme-documents-of-all-our-clients-and-their-lawyers-since-2…: the name of its copy, with -replica behind it, is longer than 63 characters: copy the objects into legops:storage.buckets[0] of the platform by hand, and remove this",
		}},
	})
}

// What AWS says of what is adopted has to be what the program wants.
func TestCheckAdopted(t *testing.T) {
	values := stackValues(t, "dev")
	apply(t, values, set("adopt", map[string]any{
		"network-vpc": "vpc-0123456789abcdef0", "network-data-use1-az4": "subnet-0123456789abcdef0", "encryption-storage": "1234abcd-12ab-34cd-56ef-1234567890ab",
		"opensearch-domain": "acme",
	}))
	cfg, err := Load(Project, values)
	require.NoError(t, err)
	right := map[string]Looked{
		"network-vpc":           {"cidrBlock": "10.10.0.0/16", "instanceTenancy": "default"},
		"network-data-use1-az4": {"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.10.8.0/24", "availabilityZoneId": "use1-az4"},
		"encryption-storage":    {"keyManager": "CUSTOMER", "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT"},
		"opensearch-domain":     {"vpcOptions": []any{map[string]any{"vpcId": "vpc-0123456789abcdef0"}}},
	}
	require.NoError(t, cfg.CheckAdopted("legops-dev", right))
	for _, wrong := range []struct {
		name, output string
		value        any
		want         string
	}{
		{"network-vpc", "cidrBlock", "10.11.0.0/16", "legops:adopt.network-vpc: vpc-0123456789abcdef0: its range is 10.11.0.0/16, and has to be 10.10.0.0/16: set legops:network.cidr to the range that it has"},
		{"network-data-use1-az4", "vpcId", "vpc-1", "its VPC is vpc-1, and has to be vpc-0123456789abcdef0: choose a subnet of the VPC that is adopted"},
		{"network-data-use1-az4", "availabilityZoneId", "use1-az6", "its zone is use1-az6, and has to be use1-az4"},
		{"encryption-storage", "keyManager", "AWS", "its manager is AWS, and has to be CUSTOMER: leave it out: nobody can change a key of AWS itself"},
		{"opensearch-domain", "vpcOptions", []any{}, "its VPC is none, and has to be vpc-0123456789abcdef0"},
	} {
		looked := map[string]Looked{wrong.name: {}}
		for output, value := range right[wrong.name] {
			looked[wrong.name][output] = value
		}
		looked[wrong.name][wrong.output] = wrong.value
		assert.ErrorContains(t, cfg.CheckAdopted("legops-dev", looked), wrong.want)
	}
}

// What has a name of restore drills would go with the next one.
func TestCheckAdoptedRefusesNamesOfDrills(t *testing.T) {
	for name, c := range map[string]struct {
		place, id string
		looked    Looked
		want      string
	}{
		"a database": {"rds-instance", "legops-dev-drill-20260101", Looked{"engine": "postgres", "storageEncrypted": true},
			"legops:adopt.rds-instance: legops-dev-drill-20260101: what has a name that begins with legops-dev-drill- may be removed by restore drills: rename it first"},
		"a bucket": {"storage-documents", "legops-dev-drill-documents", Looked{"region": "us-east-1"},
			"legops:adopt.storage-documents: legops-dev-drill-documents: what has a name that begins with legops-dev-drill- may be removed by restore drills: leave it out"},
		"a database of another stack": {"rds-instance", "legops-test-drill-20260101", Looked{"engine": "postgres", "storageEncrypted": true}, ""},
		"a name that is like it":      {"storage-documents", "legops-dev-drills", Looked{"region": "us-east-1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			values := stackValues(t, "dev")
			adopted := map[string]any{c.place: c.id}
			if c.place == AdoptedDatabase {
				adopted[adoptedSubnetGroup], adopted[AdoptedVpc] = "acme", "vpc-0123456789abcdef0"
				for _, zone := range []string{"use1-az4", "use1-az6"} {
					adopted[AdoptedSubnet("data", zone)] = "subnet-" + strings.Repeat(zone[len(zone)-1:], 17)
				}
				c.looked["dbSubnetGroup"] = "acme"
			}
			apply(t, values, set("adopt", adopted))
			cfg, err := Load(Project, values)
			require.NoError(t, err)
			err = cfg.CheckAdopted("legops-dev", map[string]Looked{c.place: c.looked})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}
