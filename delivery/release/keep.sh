# shellcheck shell=bash
# What tells the registry to keep the image of a release. ECR lets images go by the time at which they were pushed, and a further tag
# makes an image no newer (aws/containers-roadmap#2746). So a release that was found good pushes a record: an image index with this
# one image in it, which is new now. The registry keeps the newest records, and ECR lets no image go that an index names ("Automate
# the cleanup of images by using lifecycle policies", in its user guide). The rules are those of components/delivery/registry.go.
#
#   IMAGE          the image, by its digest, in a repository of ECR
#   COMMIT         the commit it was built of
#   DEPLOYMENT_ID  the deployment of CodeDeploy: each makes a record of its own

# ecr asks ECR about the repository of the image. The CLI itself repeats what is worth it: three attempts, which together end within
# about half a minute.
ecr() { # region, repository, command, arguments...
	AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=3 aws ecr "$3" --region "$1" --repository-name "$2" \
		--cli-connect-timeout 3 --cli-read-timeout 7 --output text "${@:4}"
}

# keep pushes the record and says nothing. Where that fails it says why, and returns 1. A second time for the same deployment it
# finds its record there.
keep() {
	local form='^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^@:]+)@(sha256:[0-9a-f]{64})$'
	if ! [[ $IMAGE =~ $form ]]; then
		echo "the registry cannot be told to keep $IMAGE: it has to be an image in ECR, by its digest" >&2
		return 1
	fi
	local region=${BASH_REMATCH[1]} repository=${BASH_REMATCH[2]} digest=${BASH_REMATCH[3]} answer type manifest record
	# The point keeps the ends of lines that bash would drop: digest and size are those of every byte.
	answer=$(ecr "$region" "$repository" batch-get-image --image-ids "imageDigest=$digest" \
		--query 'images[0].[imageManifestMediaType, imageManifest]' && echo .) || return 1
	answer=${answer%$'\n.'}
	type=${answer%%$'\t'*} manifest=${answer#*$'\t'}
	if [ "sha256:$(printf '%s' "$manifest" | sha256sum | cut -d ' ' -f 1)" != "$digest" ]; then
		echo "ECR has no manifest of $IMAGE, but: ${answer:0:200}" >&2
		return 1
	fi
	record=$(printf '{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d}],"annotations":{"%s":"%s","%s":"%s"}}' \
		application/vnd.oci.image.index.v1+json "$type" "$digest" "$(printf '%s' "$manifest" | wc -c)" \
		org.opencontainers.image.revision "$COMMIT" legops.deployment "$DEPLOYMENT_ID")
	answer=$(ecr "$region" "$repository" put-image --image-tag "serving-$DEPLOYMENT_ID" --image-manifest "$record" \
		--image-manifest-media-type application/vnd.oci.image.index.v1+json 2>&1 >/dev/null) && return
	# The same manifest under the same tag. Under this tag another one would be ImageTagAlreadyExistsException.
	[[ $answer == *'(ImageAlreadyExistsException)'* ]] && return
	printf '%s\n' "$answer" >&2
	return 1
}
