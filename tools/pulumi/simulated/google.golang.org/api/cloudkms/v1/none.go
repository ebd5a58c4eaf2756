// Package cloudkms has the scope that Pulumi asks credentials for.
package cloudkms

// CloudkmsScope is the original's.
const CloudkmsScope = "https://www.googleapis.com/auth/cloudkms"
