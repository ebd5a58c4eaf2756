package search

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// key is an access key of a session of a role.
type key struct{ id, secret, session, role string }

// authorization is the header of a signed request.
var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$`)

// signedBy is the role whose session signed the request, or why it is refused: the AWS SDK signs it again, with the same headers, and has to
// come to the same. A session's token is among the headers that are signed.
func (d *domain) signedBy(r *http.Request, body []byte) (role string, status int, refusal string) {
	refused := func(why string) (string, int, string) {
		return "", http.StatusForbidden, fmt.Sprintf(`{"message":%q}`, why)
	}
	found := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if found == nil {
		return "", http.StatusUnauthorized, `{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet"}`
	}
	k, known := d.keys[found[1]]
	if !known || r.Header.Get("X-Amz-Security-Token") != k.session {
		return refused("The security token included in the request is invalid.")
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || time.Since(at).Abs() > 5*time.Minute {
		return refused("Signature expired")
	}
	again, err := http.NewRequestWithContext(r.Context(), r.Method, "https://"+r.Host+r.URL.RequestURI(), http.NoBody)
	if err != nil {
		return refused(err.Error())
	}
	for _, name := range strings.Split(found[3], ";") {
		if name != "host" {
			again.Header.Set(name, r.Header.Get(name))
		}
	}
	hash := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret, SessionToken: k.session}
	if err := v4.NewSigner().SignHTTP(r.Context(), credentials, again, hex.EncodeToString(hash[:]), "es", d.region, at); err != nil {
		return refused(err.Error())
	}
	want := authorization.FindStringSubmatch(again.Header.Get("Authorization"))
	if want == nil || !slices.Equal(want[1:], found[1:]) { // the key, its scope, the headers that are signed, the signature
		return refused("The request signature we calculated does not match the signature you provided.")
	}
	return k.role, 0, ""
}
