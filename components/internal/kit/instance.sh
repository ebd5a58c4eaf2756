#!/bin/bash
# How every instance of the platform begins; what is its own follows. The Session Manager agent and the AWS CLI are there
# already.
set -euo pipefail

# The way out may open only after the instance has started: a quarter of an hour is enough for its rules to be made.
fetch() {
	curl -fsSL --connect-timeout 5 --retry 60 --retry-delay 10 -o "$2" "$1"
}

kubectl=https://dl.k8s.io/release/@KUBECTL@/bin/linux/@ARCHITECTURE@/kubectl
fetch "$kubectl" /tmp/kubectl
fetch "$kubectl.sha256" /tmp/kubectl.sha256
echo "$(</tmp/kubectl.sha256)  /tmp/kubectl" | sha256sum --check --quiet
install -m 0755 /tmp/kubectl /usr/local/bin/kubectl
rm /tmp/kubectl /tmp/kubectl.sha256

