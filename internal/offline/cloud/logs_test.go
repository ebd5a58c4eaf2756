package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// delivery makes a distribution, and its logs' way to a bucket up to the delivery.
func (c client) delivery() values {
	_, distribution := c.made(catalogue.Distribution, "cdn", c.distributionInputs())
	c.made(catalogue.LogDeliverySource, "source", values{"name": "cdn", "logType": "ACCESS_LOGS", "resourceArn": distribution["arn"]})
	c.bucket("logs-1")
	_, target := c.made(catalogue.LogDeliveryDestination, "target", values{
		"name": "bucket", "outputFormat": "parquet", "deliveryDestinationConfiguration": values{"destinationResourceArn": "arn:aws:s3:::logs-1"},
	})
	assert.Equal(c.t, "S3", target["deliveryDestinationType"])
	return values{"deliverySourceName": "cdn", "deliveryDestinationArn": target["arn"]}
}

func TestDeliveryTargetRules(t *testing.T) {
	const arn = "deliveryDestinationConfiguration.destinationResourceArn"
	refuses(t, catalogue.LogDeliveryDestination, func(c client) values {
		c.bucket("logs-1")
		return values{"name": "bucket", "outputFormat": "json", "deliveryDestinationConfiguration": values{"destinationResourceArn": "arn:aws:s3:::logs-1/cdn"}}
	}, map[string]mistake{
		"no bucket":           sets(arn, "arn:aws:s3:::nowhere", "NotFound: destinationResourceArn arn:aws:s3:::nowhere"),
		"no bucket in prefix": sets(arn, "arn:aws:s3:::nowhere/cdn", "ResourceNotFoundException: arn:aws:s3:::nowhere does not exist"),
		"no log group":        sets(arn, "arn:aws:logs:us-east-1:111111111111:log-group:nothing", "NotFound: destinationResourceArn"),
		"a format":            sets("outputFormat", "xml", `outputFormat is "xml", must be one of json`),
	})
}

// With tags, which a stack gives everything, no update brings a destination elsewhere.
func TestDeliveryTargetStays(t *testing.T) {
	c := newClient(t)
	c.bucket("logs-1")
	to := func(prefix, owner string) values {
		return values{"name": "bucket", "tags": values{"Owner": owner}, "deliveryDestinationConfiguration": values{"destinationResourceArn": "arn:aws:s3:::logs-1/" + prefix}}
	}
	d := c.deploy(catalogue.LogDeliveryDestination, "target", to("cdn", "platform"))
	require.ErrorContains(t, d.updating(to("edge", "platform")), "ConflictException: Tags can only be provided when a resource is being created")
	require.NoError(t, d.updating(to("cdn", "legal")), "nothing but tags: another request")
}

func TestDeliveryRules(t *testing.T) {
	refuses(t, catalogue.LogDelivery, client.delivery, map[string]mistake{
		"no such source": sets("deliverySourceName", "nobody", "NotFound: deliverySourceName nobody"),
		"no such target": sets("deliveryDestinationArn", "arn:aws:logs:us-east-1:111111111111:delivery-destination:x", "NotFound: deliveryDestinationArn"),
		"twice":          {func(c client, in values) { c.made(catalogue.LogDelivery, "first", in) }, "ConflictException: first delivers the same"},
	})
	c := newClient(t)
	_, distribution := c.made(catalogue.Distribution, "cdn", c.distributionInputs())
	c.in(account, "eu-west-1").refused(catalogue.LogDeliverySource, "source",
		values{"name": "cdn", "logType": "ACCESS_LOGS", "resourceArn": distribution["arn"]}, "delivered from us-east-1, not eu-west-1")
}

func TestDeliveryDeletes(t *testing.T) {
	c := newClient(t)
	in := c.delivery()
	id, _ := c.made(catalogue.LogDelivery, "delivery", in)
	assert.ErrorContains(t, c.remove(catalogue.LogDeliveryDestination, "target", "bucket"), "is in use by delivery")
	c.removes(catalogue.LogDeliverySource, "source", "cdn", catalogue.LogDelivery, "delivery", id)
}

// A delivery whose statement is missing in the bucket's policy appends it, which every preview shows from then on.
func TestDeliveryAppendsItsStatement(t *testing.T) {
	documented := func() values {
		return values{
			"Sid": "Cdn", "Effect": "Allow", "Principal": values{"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject",
			"Resource": "arn:aws:s3:::logs-1/*", "Condition": values{
				"StringEquals": values{"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
				"ArnLike":      values{"aws:SourceArn": "arn:aws:logs:us-east-1:111111111111:delivery-source:*"},
			},
		}
	}
	for name, test := range map[string]struct {
		change mistake
		quiet  bool
	}{
		"the documented one":    {mistake{}, true},
		"of this source alone":  {sets("Condition.ArnLike.aws:SourceArn", "arn:aws:logs:us-east-1:111111111111:delivery-source:cdn", ""), true},
		"of another source":     {sets("Condition.ArnLike.aws:SourceArn", "arn:aws:logs:us-east-1:111111111111:delivery-source:x", ""), false},
		"without the ACL":       {sets("Condition.StringEquals.s3:x-amz-acl", nil, ""), false},
		"without the account":   {sets("Condition.StringEquals.aws:SourceAccount", nil, ""), false},
		"with another demand":   {sets("Condition.Bool", values{"aws:SecureTransport": "true"}, ""), false},
		"below another prefix":  {sets("Resource", "arn:aws:s3:::logs-1/cdn/*", ""), false},
		"for the older service": {sets("Principal.Service", "logdelivery.elasticloadbalancing.amazonaws.com", ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			delivery := c.delivery()
			statement := documented()
			if test.change.make != nil {
				test.change.make(c, statement)
			}
			in := values{"bucket": "logs-1", "policy": statementOf(statement)}
			d := c.deploy(catalogue.BucketPolicy, "policy", in)
			c.made(catalogue.LogDelivery, "delivery", delivery)
			if test.quiet {
				assert.Empty(t, d.refresh())
				return
			}
			assert.Equal(t, []string{"policy"}, d.refresh())
			held := d.state.AsMap()["policy"].(string)
			assert.Contains(t, held, `"Sid":"AWSLogDeliveryWrite1"`)
			policy, err := parsePolicy(held)
			require.NoError(t, err)
			assert.Len(t, policy.Statement, 2)
			assert.Equal(t, []string{"policy"}, d.preview(in))
			d.up(in)
			assert.Empty(t, d.refresh(), "what AWS appended is gone")
		})
	}
}
