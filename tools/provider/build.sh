#!/usr/bin/env bash
# Builds the AWS provider of Terraform behind Pulumi's bridge, without an account, from source: what answers for the real provider when
# this repository's tables are generated (make provider).
#
#   build.sh 5.68|6.13 FOLDER      # FOLDER/oracle-VERSION
#
# pulumi-aws 6.83.2 is built on version 5.100, which no registry has as a Go module. Upbound's copies of the source, for Crossplane, are
# there of 5.68 and of 6.13; what both say holds for it.
set -euo pipefail
version=$1
folder=$(mkdir -p "$2" && cd "$2" && pwd)
cd "$(dirname "$0")"
bridge=v3.110.0
sdk=v2.0.0-20250530111747-935112552988
case $version in
5.68) module=v0.0.0-20241019052313-8fed8454b0e3 sum=h1:f4VOuQgP3QN1+B41l9t3wz4eNWc4Nx2zm/1TVf6aX14= layout=v5 ;;
6.13) module=v0.0.0-20251204202605-7049bcc1808e sum=h1:8vCgYjBCQ7Mn391mft3hRk8eAomY48L7PS6Trdg9QwI= layout=v6 ;;
*) echo "no source is known of version $version: take 5.68 or 6.13" >&2 && exit 2 ;;
esac
services=acm,autoscaling,backup,budgets,cloudfront,cloudwatch,codebuild,codecommit,codeconnections,codepipeline,deploy,ec2,ecr,eks,elbv2
services+=,events,iam,kms,logs,meta,opensearch,rds,route53,s3,secretsmanager,sns,sqs,sts,wafv2

# The checksum database does not have the forks: the sums of what was read are here.
export GONOSUMDB='github.com/upbound/*,github.com/pulumi/terraform-plugin-sdk/*' GOFLAGS='-mod=mod -trimpath' GOGC=200
found=$(cd "$folder" && go mod download -json "github.com/upbound/terraform-provider-aws@$module")
[ "$(sed -n 's/^\t"Sum": "\(.*\)",$/\1/p' <<<"$found")" = "$sum" ] || { echo "the source of $version is not what was read: its sum is no longer $sum" >&2 && exit 1; }
source=$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$found")

copy=$folder/$version
rm -rf "$copy"
mkdir "$copy"
cp -r "$source"/{internal,names,version,go.mod,go.sum} "$copy"
chmod -R u+w "$copy"
find "$copy" -name '*_test.go' -delete
GOFLAGS='' go run ./trim "$copy" "$services"
mkdir "$copy/oracle"
cp _oracle/*.go "_oracle/$layout"/*.go "$copy/oracle"
cd "$copy"
cat >>go.sum <<EOF
github.com/pulumi/terraform-plugin-sdk/v2 $sdk h1:1q4ldc10b50WNvzjx4DD/rkFfhIdK96Tz14TFEGdGso=
github.com/pulumi/terraform-plugin-sdk/v2 $sdk/go.mod h1:QYmYnLfsosrxjCnGY1p9c7Zj6n9thnEE+7RObeYs3fA=
EOF
go mod edit -replace "github.com/hashicorp/terraform-plugin-sdk/v2=github.com/pulumi/terraform-plugin-sdk/v2@$sdk"
go get "github.com/pulumi/pulumi-terraform-bridge/v3@$bridge"
go build -ldflags '-s -w' -o "$folder/oracle-$version" ./oracle
rm -rf "$copy"
