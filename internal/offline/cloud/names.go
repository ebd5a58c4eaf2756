package cloud

import "regexp"

// names are the forms that the AWS API reference gives for physical names.
var names = map[string]*regexp.Regexp{
	typeRole:            regexp.MustCompile(`^[\w+=,.@-]{1,64}$`),
	typeProfile:         regexp.MustCompile(`^[\w+=,.@-]{1,128}$`),
	typeIamPolicy:       regexp.MustCompile(`^[\w+=,.@-]{1,128}$`),
	typeRolePolicy:      regexp.MustCompile(`^[\w+=,.@-]{1,128}$`),
	typeLogGroup:        regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`),
	typeLogFilter:       regexp.MustCompile(`^[^:*]{1,512}$`),
	typeDeliverySource:  regexp.MustCompile(`^[\w-]{1,60}$`),
	typeDeliveryTarget:  regexp.MustCompile(`^[\w-]{1,60}$`),
	typeAlias:           regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`),
	typeSecret:          regexp.MustCompile(`^[A-Za-z0-9/_+=.@!-]{1,512}$`),
	typeCluster:         regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`),
	typeNodeGroup:       regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$`),
	typeSecGroup:        regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`),
	typeTemplate:        regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`),
	typeScalingGroup:    regexp.MustCompile(`^[ -9;-~]{1,255}$`), // printable, without a colon
	typeBalancer:        regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$`),
	typeTargetGroup:     regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$`),
	typeCachePolicy:     regexp.MustCompile(`^[\w-]{1,128}$`),
	typeOriginRequest:   regexp.MustCompile(`^[\w-]{1,128}$`),
	typeHeadersPolicy:   regexp.MustCompile(`^[\w-]{1,128}$`),
	typeOriginAccess:    regexp.MustCompile(`^.{1,64}$`),
	typeWebACL:          regexp.MustCompile(`^[\w-]{1,128}$`),
	typeIPSet:           regexp.MustCompile(`^[\w-]{1,128}$`),
	typeDatabase:        regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]{0,62}$`),
	typeDatabaseSubnet:  regexp.MustCompile(`^[a-z0-9._ -]{1,255}$`),
	typeParameters:      regexp.MustCompile(`^[a-z][a-z0-9-]{0,254}$`),
	typeDomain:          regexp.MustCompile(`^[a-z][a-z0-9-]{2,27}$`),
	typeQueue:           regexp.MustCompile(`^(?:[\w-]{1,80}|[\w-]{1,75}\.fifo)$`),
	typeProject:         regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$`), // the quota, which is less than the API's 255
	typeSource:          regexp.MustCompile(`^[\w.-]{1,100}$`),
	typeConnection:      regexp.MustCompile(`^.{1,32}$`),
	typeApplication:     regexp.MustCompile(`^[\w.+=,@-]{1,100}$`),
	typeDeploymentGroup: regexp.MustCompile(`^[\w.+=,@-]{1,100}$`),
	typePipeline:        regexp.MustCompile(`^[\w.@-]{1,100}$`),
	typeEventRule:       regexp.MustCompile(`^[\w.-]{1,64}$`),
	typeAlarm:           regexp.MustCompile(`^[^\x00-\x1f\x7f]{1,255}$`),
	typeComposite:       regexp.MustCompile(`^[^\x00-\x1f\x7f]{1,255}$`),
	typeDashboard:       regexp.MustCompile(`^[\w-]{1,255}$`),
	typeVault:           regexp.MustCompile(`^[a-zA-Z0-9_-]{2,50}$`),
	typeBudget:          regexp.MustCompile(`^[^:\\\x00-\x1f]{1,100}$`),
	typeBucketMetric:    regexp.MustCompile(`^[\w.-]{1,64}$`),
	typeTopic:           regexp.MustCompile(`^(?:[\w-]{1,256}|[\w-]{1,251}\.fifo)$`),
	typeRepository:      regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._/-]{0,254}[a-z0-9])$`),
	typeBucket:          regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`),
}

// objectName is what Kubernetes takes for most names (RFC 1123 subdomain), labelName for those that become labels.
var (
	objectName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$`)
	// pathName is what it takes for the names of roles and bindings: what can be a part of a path.
	pathName  = regexp.MustCompile(`^[^/%]+$`)
	labelName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
)

// labels are the Kubernetes types whose name is a label.
var labels = map[string]bool{typeNamespace: true, "kubernetes:core/v1:Service": true}

// formOf is the form of a type's names, nil if there is none.
func formOf(typ string) *regexp.Regexp {
	switch {
	case labels[typ]:
		return labelName
	case typ == typeRights || typ == typeBinding || typ == typeClusterRights || typ == typeClusterBinding:
		return pathName
	case isObject(typ):
		return objectName
	}
	return names[typ]
}

// reserved are name prefixes that AWS keeps to itself.
var reserved = map[string][]string{
	typeAlias:    {"alias/aws/"},
	typeSecGroup: {"sg-"},
	typeBalancer: {"internal-"},
	typeBucket:   {"xn--", "sthree-", "amzn-s3-demo-"},
	typeLogGroup: {"aws/"},
}
