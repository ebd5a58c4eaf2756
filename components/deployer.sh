#!/bin/bash
# What the deployer installs when it starts. The agent of CodeDeploy comes last: an instance that cannot roll out does
# not answer for a release. The Session Manager agent and the AWS CLI are there already.
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

# Whom the cluster does not know gets no answer from it, so this waits for way and access entry, however long they take.
export KUBECONFIG=/etc/legops/kubeconfig
mkdir -p /etc/legops
until aws eks update-kubeconfig --region @REGION@ --name @CLUSTER@ --kubeconfig "$KUBECONFIG" &&
	kubectl get --raw /readyz --request-timeout 10s; do
	sleep 10
done

agent=codedeploy-agent-@AGENT@.$(uname -m).rpm
fetch "https://aws-codedeploy-@REGION@.s3.@REGION@.amazonaws.com/releases/$agent" "/tmp/$agent"
dnf install -y --setopt=install_weak_deps=False "/tmp/$agent"
rm "/tmp/$agent"
# Each step of a release waits until the agent asks for it the next time, without this for up to 30 seconds.
echo 'wait_between_runs: 1' >/etc/codedeploy-agent/conf/codedeployagent.yml
systemctl enable codedeploy-agent
systemctl restart codedeploy-agent
