package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const deployment = `Updating (dev):
{"sequence":1,"preludeEvent":{"config":{"legops:password":"[secret]"}}}
{"sequence":2,"resourcePreEvent":{"metadata":{"op":"create","urn":"urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing","new":{"urn":"urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing","inputs":{"name":"a","policy":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","ciphertext":"[secret]"}}}}}}
{"sequence":3,"resourcePreEvent":{"metadata":{"op":"delete","urn":"urn:pulumi:dev::legops::aws:sqs/queue:Queue::old"}}}
{"sequence":4,"diagnosticEvent":{"urn":"urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing","severity":"error","message":"QueueAlreadyExists: a\n"}}
{"sequence":5,"diagnosticEvent":{"urn":"urn:pulumi:dev::legops::pulumi:pulumi:Stack::legops-dev","severity":"error","message":"update failed\n"}}
{"sequence":6,"diagnosticEvent":{"severity":"warning","message":"careful"}}
`

func TestReadDeployment(t *testing.T) {
	d, err := ReadDeployment([]byte(deployment))
	require.NoError(t, err)
	const signing = "urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing"
	assert.Len(t, d.Inputs, 1)
	assert.Equal(t, Values{"name": "a", "policy": Secret}, d.Inputs[signing])
	assert.Equal(t, []Failure{{signing, "QueueAlreadyExists: a"}}, d.Failures, "that the update failed is no failure of its own")

	_, err = ReadDeployment([]byte("{\"resourcePreEvent\": 7}\n"))
	assert.ErrorContains(t, err, "reading the deployment")
}
