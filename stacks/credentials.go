package stacks

import "regexp"

// Settings are in files and pod templates that many may read, so none may hold a credential. Two signs tell one: the name of the variable,
// and a form of the value that only credentials have. Neither can tell all.
var (
	// credentialName matches the names that frameworks and services give to variables with a secret. What comes after PASSWORD and the
	// like makes it another thing (TOKEN_MINUTES), but for _INIT, _HASH and _BASE.
	credentialName = regexp.MustCompile(`(^|_)(` +
		`PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRET|TOKEN|CREDENTIALS?|SALT` +
		`|(SECRET|API|APP|ACCESS|AUTH|COOKIE|ENCRYPTION|HMAC|JWT|LOGGED_IN|MASTER|NONCE|PRIVATE|SESSION|SIGNING)_?KEY` +
		`)(_(INIT|HASH|BASE))?$`)
	// credentialValues are forms of values, and what each is.
	credentialValues = []struct {
		what string
		form *regexp.Regexp
	}{
		{"an address with a password", regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^/?#\s:@]*:[^/?#\s@]+@`)},
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
		// The prefixes of IAM's unique identifiers: IAM User Guide, "Reference: IAM identifiers".
		{"an access key of AWS", regexp.MustCompile(`\b(AKIA|ASIA)[A-Z2-7]{16}\b`)},
		// crypt(5) of libxcrypt has the methods, and the PHC string format the one of Argon2.
		{"the hash of a password", regexp.MustCompile(`\$(2[abxy]|5|6|y|argon2id?)\$[^\s]{8,}`)},
	}
)

// credential says what makes a setting a credential, without showing it; empty for one that is none.
func credential(name, value string) string {
	if credentialName.MatchString(name) {
		return "its name is that of a credential"
	}
	for _, v := range credentialValues {
		if v.form.MatchString(value) {
			return "its value is " + v.what
		}
	}
	return ""
}
