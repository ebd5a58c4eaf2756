# shellcheck shell=bash
# What the deployer installs when it starts, after what instance.sh does. The agent of CodeDeploy comes last: an instance
# that cannot roll out does not answer for a release.

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
