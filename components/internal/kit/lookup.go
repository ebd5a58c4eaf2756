package kit

import "strings"

// NotFound reports whether a look-up failed because there is no such thing, named as the provider names it, such as "IAM Role (admin)". The provider says
// so where the service answers that (NoSuchEntity, 404 of HeadBucket, NotFoundException), and of nothing else (hashicorp/terraform-provider-aws,
// internal/service: findRole in iam/role.go, 5.68, 6.13 and 6.34, findBucket in s3/bucket.go and bucket_data_source.go, findKey in kms/key.go and
// key_data_source.go; NotFoundError of terraform-plugin-sdk 2.37, helper/retry/error.go).
func NotFound(err error, thing string) bool {
	return err != nil && strings.Contains(err.Error(), thing+": couldn't find resource")
}
