package inventory

import (
	"slices"
	"strconv"
	"strings"

	"legops/internal/adoption"
	"legops/internal/catalogue"
	"legops/internal/model"
)

// listing is a command that lists resources of a type.
type listing struct {
	// command is <service>-<operation>, list the path of its list, tells that of what names the account in each element.
	command, list, tells string
	typ                  string
	// read fills in what exists from an element; false leaves it out.
	read func(r *reader, item model.Values, e *adoption.Existing) bool
	// unsure is what a person has to look at.
	unsure []string
}

// Types of what the program has no type for.
const (
	Zone         = "route53:zone"
	Function     = "lambda:function"
	Distribution = "cloudfront:distribution"
	Machine      = "ec2:instance"
	Balancer     = "elbv2:loadbalancer"
)

// listings are all of them. The names of members are those of the service's API.
var listings = []listing{
	{command: "ec2-describe-vpcs", list: "Vpcs", tells: "OwnerId", typ: catalogue.Vpc, unsure: []string{"whether it gives DNS names is not known (describe-vpc-attribute)"}, read: ec2("VpcId", func(item model.Values, e *adoption.Existing) {
		e.Inputs["cidrBlock"], e.Inputs["instanceTenancy"], e.Inputs["enableDnsSupport"] = item.Get("CidrBlock"), item.Get("InstanceTenancy"), true
		if item.Flag("IsDefault") {
			e.Name = "default VPC"
		}
	})},
	{command: "ec2-describe-subnets", list: "Subnets", tells: "OwnerId", typ: catalogue.Subnet, read: ec2("SubnetId", func(item model.Values, e *adoption.Existing) {
		e.Inputs["vpcId"], e.Inputs["cidrBlock"], e.Inputs["availabilityZoneId"] = item.Get("VpcId"), item.Get("CidrBlock"), item.Get("AvailabilityZoneId")
		e.Inputs["mapPublicIpOnLaunch"] = item.Flag("MapPublicIpOnLaunch")
	})},
	{command: "ec2-describe-internet-gateways", list: "InternetGateways", tells: "OwnerId", typ: catalogue.InternetGateway, read: ec2("InternetGatewayId", func(item model.Values, e *adoption.Existing) {
		e.Inputs["vpcId"] = item.Get("Attachments[0].VpcId")
	})},
	{command: "ec2-describe-route-tables", list: "RouteTables", tells: "OwnerId", typ: catalogue.RouteTable, read: ec2("RouteTableId", func(item model.Values, e *adoption.Existing) {
		e.Inputs["vpcId"] = item.Get("VpcId")
	})},
	{command: "ec2-describe-route-tables", list: "RouteTables[*].Associations", typ: catalogue.RouteTableAssociation, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
		e.ID = item.Text("RouteTableAssociationId")
		e.Inputs["subnetId"], e.Inputs["routeTableId"] = item.Get("SubnetId"), item.Get("RouteTableId")
		return item.Has("SubnetId") && !item.Flag("Main")
	}},
	{command: "ec2-describe-nat-gateways", list: "NatGateways", typ: catalogue.NatGateway, read: ec2("NatGatewayId", func(item model.Values, e *adoption.Existing) {
		e.Inputs["subnetId"], e.Inputs["allocationId"] = item.Get("SubnetId"), item.Get("NatGatewayAddresses[0].AllocationId")
	})},
	{command: "ec2-describe-addresses", list: "Addresses", typ: catalogue.Eip, read: ec2("AllocationId", func(_ model.Values, e *adoption.Existing) { e.Inputs["domain"] = "vpc" })},
	{command: "ec2-describe-vpc-endpoints", list: "VpcEndpoints", tells: "OwnerId", typ: catalogue.VpcEndpoint, read: ec2("VpcEndpointId", func(item model.Values, e *adoption.Existing) {
		e.Inputs["vpcId"], e.Inputs["serviceName"], e.Inputs["vpcEndpointType"] = item.Get("VpcId"), item.Get("ServiceName"), item.Get("VpcEndpointType")
	})},
	{command: "ec2-describe-security-groups", list: "SecurityGroups", tells: "OwnerId", typ: catalogue.SecurityGroup, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
		e.ID, e.Name = item.Text("GroupId"), item.Text("GroupName")
		e.Inputs["vpcId"], e.Inputs["name"], e.Inputs["description"] = item.Get("VpcId"), item.Get("GroupName"), item.Get("Description")
		return e.Name != "default" // AWS makes it with the VPC
	}},
	{command: "ec2-describe-instances", list: "Reservations[*].Instances", typ: Machine, read: ec2("InstanceId", nil)},
	{command: "rds-describe-db-instances", list: "DBInstances", tells: "DBInstanceArn", typ: catalogue.Database, read: database,
		unsure: []string{"RDS makes a new master password: whoever signs in with the present one is locked out"}},
	{command: "rds-describe-db-subnet-groups", list: "DBSubnetGroups", tells: "DBSubnetGroupArn", typ: catalogue.DatabaseSubnetGroup, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
		e.ID = item.Text("DBSubnetGroupName")
		e.Inputs["name"], e.Inputs["description"], e.Inputs["subnetIds"] = e.ID, item.Get("DBSubnetGroupDescription"), all(item, "Subnets", "SubnetIdentifier")
		return true
	}},
	{command: "rds-describe-db-parameter-groups", list: "DBParameterGroups", tells: "DBParameterGroupArn", typ: catalogue.DatabaseParameterGroup,
		unsure: []string{"its parameters are changed, for every database that has it (describe-db-parameters)"}, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
			e.ID = item.Text("DBParameterGroupName")
			e.Inputs["name"], e.Inputs["family"], e.Inputs["description"] = e.ID, item.Get("DBParameterGroupFamily"), item.Get("Description")
			return true
		}},
	{command: "opensearch-describe-domains", list: "DomainStatusList", tells: "ARN", typ: catalogue.SearchDomain, read: domain},
	{command: "s3api-list-buckets", list: "Buckets", typ: catalogue.Bucket, read: bucket, unsure: []string{"its policy and life cycle are overwritten (get-bucket-policy, get-bucket-lifecycle-configuration)"}},
	{command: "ecr-describe-repositories", list: "repositories", tells: "repositoryArn", typ: catalogue.ImageRepository,
		unsure: []string{"its policy and life cycle are overwritten (get-repository-policy, get-lifecycle-policy)"}, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
			e.ID = item.Text("repositoryName")
			e.Inputs["name"], e.Inputs["imageTagMutability"] = e.ID, item.Get("imageTagMutability")
			e.Inputs["imageScanningConfiguration"] = map[string]any{"scanOnPush": item.Flag("imageScanningConfiguration.scanOnPush")}
			encryption := map[string]any{"encryptionType": item.Get("encryptionConfiguration.encryptionType")}
			if key := item.Get("encryptionConfiguration.kmsKey"); key != nil {
				encryption["kmsKey"] = key
			}
			e.Inputs["encryptionConfigurations"] = []any{encryption}
			return true
		}},
	{command: "logs-describe-log-groups", list: "logGroups", tells: "arn", typ: catalogue.LogGroup, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
		e.ID = item.Text("logGroupName")
		e.Inputs["name"], e.Inputs["retentionInDays"], e.Inputs["kmsKeyId"] = e.ID, item.Get("retentionInDays"), item.Get("kmsKeyId")
		return true
	}},
	{command: "kms-list-keys", list: "Keys", tells: "KeyArn", typ: catalogue.Key, read: key, unsure: []string{"its policy is overwritten (get-key-policy)"}},
	{command: "acm-list-certificates", list: "CertificateSummaryList", tells: "CertificateArn", typ: catalogue.Certificate, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
		e.ID, e.Name = item.Text("CertificateArn"), item.Text("DomainName")
		others := slices.DeleteFunc(item.List("SubjectAlternativeNameSummaries"), func(name any) bool { return name == any(e.Name) })
		e.Inputs["domainName"], e.Inputs["validationMethod"] = e.Name, "DNS"
		if len(others) > 0 {
			e.Inputs["subjectAlternativeNames"] = others
		}
		return item.Text("Type") == "AMAZON_ISSUED" && item.Text("Status") == "ISSUED"
	}, unsure: []string{"how it is validated is not known (describe-certificate)"}},
	{command: "route53-list-hosted-zones", list: "HostedZones", typ: Zone, read: func(_ *reader, item model.Values, e *adoption.Existing) bool {
		e.ID, e.Name = strings.TrimPrefix(item.Text("Id"), "/hostedzone/"), strings.TrimSuffix(item.Text("Name"), ".")
		return !item.Flag("Config.PrivateZone")
	}},
	{command: "eks-describe-cluster", list: "cluster", typ: catalogue.Cluster, read: named("name")},
	{command: "elbv2-describe-load-balancers", list: "LoadBalancers", tells: "LoadBalancerArn", typ: Balancer, read: named("LoadBalancerName")},
	{command: "lambda-list-functions", list: "Functions", tells: "FunctionArn", typ: Function, read: named("FunctionName")},
	{command: "cloudfront-list-distributions", list: "DistributionList.Items", tells: "ARN", typ: Distribution, read: named("Id")},
}

// ec2 reads what has an id and tags.
func ec2(id string, more func(model.Values, *adoption.Existing)) func(*reader, model.Values, *adoption.Existing) bool {
	return func(_ *reader, item model.Values, e *adoption.Existing) bool {
		tags, name := tagsOf(item, "Tags")
		e.ID, e.Name = item.Text(id), name
		if len(tags) > 0 {
			e.Inputs["tags"] = tags
		}
		if more != nil {
			more(item, e)
		}
		return true
	}
}

// named reads what is only told.
func named(member string) func(*reader, model.Values, *adoption.Existing) bool {
	return func(_ *reader, item model.Values, e *adoption.Existing) bool {
		e.ID = item.Text(member)
		e.Inputs["name"] = e.ID
		return true
	}
}

// all are the texts of a member of each object of a list.
func all(item model.Values, list, member string) []any {
	values := []any{}
	for _, object := range item.Objects(list) {
		values = append(values, object.Get(member))
	}
	return values
}

// input is an input of the provider, and the member of the service's answer that is its value.
type input struct{ name, member string }

func (e fields) into(inputs map[string]any, item model.Values) {
	for _, f := range e {
		if value := item.Get(f.member); value != nil {
			inputs[f.name] = value
		}
	}
}

type fields []input

var databaseFields = fields{
	{"identifier", "DBInstanceIdentifier"}, {"engine", "Engine"}, {"engineVersion", "EngineVersion"}, {"instanceClass", "DBInstanceClass"},
	{"allocatedStorage", "AllocatedStorage"}, {"maxAllocatedStorage", "MaxAllocatedStorage"}, {"storageType", "StorageType"},
	{"storageEncrypted", "StorageEncrypted"}, {"kmsKeyId", "KmsKeyId"}, {"dbName", "DBName"}, {"username", "MasterUsername"}, {"port", "Endpoint.Port"},
	{"multiAz", "MultiAZ"}, {"publiclyAccessible", "PubliclyAccessible"}, {"backupRetentionPeriod", "BackupRetentionPeriod"},
	{"backupWindow", "PreferredBackupWindow"}, {"maintenanceWindow", "PreferredMaintenanceWindow"}, {"deletionProtection", "DeletionProtection"},
	{"copyTagsToSnapshot", "CopyTagsToSnapshot"}, {"autoMinorVersionUpgrade", "AutoMinorVersionUpgrade"}, {"caCertIdentifier", "CACertificateIdentifier"},
	{"iamDatabaseAuthenticationEnabled", "IAMDatabaseAuthenticationEnabled"}, {"monitoringInterval", "MonitoringInterval"},
	{"performanceInsightsEnabled", "PerformanceInsightsEnabled"}, {"performanceInsightsKmsKeyId", "PerformanceInsightsKMSKeyId"},
	{"enabledCloudwatchLogsExports", "EnabledCloudwatchLogsExports"}, {"dbSubnetGroupName", "DBSubnetGroup.DBSubnetGroupName"},
	{"parameterGroupName", "DBParameterGroups[0].DBParameterGroupName"},
}

func database(_ *reader, item model.Values, e *adoption.Existing) bool {
	e.ID = item.Text("DBInstanceIdentifier")
	databaseFields.into(e.Inputs, item)
	e.Inputs["vpcSecurityGroupIds"] = all(item, "VpcSecurityGroups", "VpcSecurityGroupId")
	if item.Has("MasterUserSecret") {
		e.Inputs["manageMasterUserPassword"] = true
	}
	if tags, _ := tagsOf(item, "TagList"); len(tags) > 0 {
		e.Inputs["tags"] = tags
	}
	return true
}

func domain(_ *reader, item model.Values, e *adoption.Existing) bool {
	e.ID = item.Text("DomainName")
	e.Inputs["domainName"], e.Inputs["engineVersion"] = e.ID, item.Get("EngineVersion")
	nested := func(input, member string, of fields) {
		if from := item.Values(member); from != nil {
			values := map[string]any{}
			of.into(values, from)
			if len(values) > 0 {
				e.Inputs[input] = values
			}
		}
	}
	nested("clusterConfig", "ClusterConfig", fields{
		{"instanceType", "InstanceType"}, {"instanceCount", "InstanceCount"}, {"zoneAwarenessEnabled", "ZoneAwarenessEnabled"}, {"dedicatedMasterEnabled", "DedicatedMasterEnabled"},
	})
	nested("ebsOptions", "EBSOptions", fields{{"ebsEnabled", "EBSEnabled"}, {"volumeType", "VolumeType"}, {"volumeSize", "VolumeSize"}, {"iops", "Iops"}, {"throughput", "Throughput"}})
	nested("vpcOptions", "VPCOptions", fields{{"subnetIds", "SubnetIds"}, {"securityGroupIds", "SecurityGroupIds"}})
	nested("encryptAtRest", "EncryptionAtRestOptions", fields{{"enabled", "Enabled"}, {"kmsKeyId", "KmsKeyId"}})
	nested("nodeToNodeEncryption", "NodeToNodeEncryptionOptions", fields{{"enabled", "Enabled"}})
	nested("domainEndpointOptions", "DomainEndpointOptions", fields{{"enforceHttps", "EnforceHTTPS"}, {"tlsSecurityPolicy", "TLSSecurityPolicy"}})
	return true
}

// bucket reads a bucket. The list has those of all regions.
func bucket(r *reader, item model.Values, e *adoption.Existing) bool {
	e.ID = item.Text("Name")
	e.Inputs["bucket"] = e.ID
	if at := r.about("s3api-get-bucket-location", e.ID).Text("LocationConstraint"); at != "" {
		e.Region = at
	} else {
		e.Region = "us-east-1" // GetBucketLocation has no constraint for it
	}
	if r.about("s3api-get-bucket-versioning", e.ID).Text("Status") != "Enabled" {
		e.Unsure = append(slices.Clone(e.Unsure), "it keeps no versions; from the adoption on, what is deleted or overwritten stays for noncurrentRetentionDays")
	}
	return true
}

// attributes are those of a queue that are inputs, all text.
var attributes = fields{
	{"visibilityTimeoutSeconds", "VisibilityTimeout"}, {"messageRetentionSeconds", "MessageRetentionPeriod"}, {"receiveWaitTimeSeconds", "ReceiveMessageWaitTimeSeconds"},
	{"kmsMasterKeyId", "KmsMasterKeyId"}, {"kmsDataKeyReusePeriodSeconds", "KmsDataKeyReusePeriodSeconds"}, {"fifoQueue", "FifoQueue"},
	{"contentBasedDeduplication", "ContentBasedDeduplication"}, {"deduplicationScope", "DeduplicationScope"}, {"fifoThroughputLimit", "FifoThroughputLimit"},
	{"sqsManagedSseEnabled", "SqsManagedSseEnabled"},
}

// queue reads the attributes of a queue.
func queue(r *reader, url string) adoption.Existing {
	name := url[strings.LastIndexByte(url, '/')+1:]
	e := adoption.Existing{Type: catalogue.Queue, ID: url, Name: name, Region: r.in, Inputs: map[string]any{"name": name}}
	said := r.about("sqs-get-queue-attributes", name).Values("Attributes")
	e.Unsure = []string{"its policy is overwritten (get-queue-attributes)"}
	attributes.into(e.Inputs, said)
	for name, value := range e.Inputs {
		text, _ := value.(string)
		if number, err := strconv.ParseFloat(text, 64); err == nil && strings.HasSuffix(name, "Seconds") {
			e.Inputs[name] = number
		} else if text == "true" || text == "false" {
			e.Inputs[name] = text == "true"
		}
	}
	if e.Inputs["kmsMasterKeyId"] != nil {
		delete(e.Inputs, "sqsManagedSseEnabled") // one or the other
	}
	return e
}

// AWSKeys begin the names of the keys that AWS manages, of which nobody can take one.
const AWSKeys = "alias/aws/"

// key reads a key.
func key(r *reader, item model.Values, e *adoption.Existing) bool {
	e.ID = item.Text("KeyId")
	about := r.about("kms-describe-key", e.ID).Values("KeyMetadata")
	e.Inputs["description"], e.Inputs["customerMasterKeySpec"], e.Inputs["keyUsage"] = about.Get("Description"), about.Get("KeySpec"), about.Get("KeyUsage")
	for _, alias := range r.files["kms-list-aliases"].Objects("Aliases") {
		if alias.Text("TargetKeyId") == e.ID {
			e.Name = alias.Text("AliasName")
		}
	}
	return true
}
