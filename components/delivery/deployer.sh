# shellcheck shell=bash
# What the deployer installs when it starts, after what instance.sh does. The agent of CodeDeploy comes last: an instance
# that cannot roll out does not answer for a release.

mkdir -p /etc/legops /etc/codedeploy-agent/conf

# Hooks have neither a home nor a region: AWS_CONFIG_FILE leads them here.
install -m 0644 /dev/stdin /etc/legops/aws <<-'END'
	[default]
	region = @REGION@
END

# Whom the cluster does not know gets no answer from it, so this waits for way and access entry, however long they take.
export KUBECONFIG=/etc/legops/kubeconfig
until aws eks update-kubeconfig --region @REGION@ --name @CLUSTER@ --kubeconfig "$KUBECONFIG" &&
	kubectl get --raw /readyz --request-timeout 10s; do
	sleep 10
done

# The package starts the agent, so that its settings come first. The package leaves a file that is there alone, and what the
# file does not name has a default (aws/aws-codedeploy-agent 2.0.1: Cargo.toml, src/config/mod.rs).
#
#   wait_between_runs   each step of a release waits until the agent asks for it the next time, unset for up to 30 seconds
#   enable_auth_policy  true: it asks as its role, by the endpoint codedeploy-commands-secure
install -m 0644 /dev/stdin /etc/codedeploy-agent/conf/codedeployagent.yml <<-'END'
	wait_between_runs: 1
	enable_auth_policy: @SECURE_COMMANDS@
END
agent=codedeploy-agent-@AGENT@.$(uname -m).rpm
fetch "https://aws-codedeploy-@REGION@.s3.@REGION@.amazonaws.com/releases/$agent" "/tmp/$agent"
dnf install -y --setopt=install_weak_deps=False "/tmp/$agent"
rm "/tmp/$agent"
# It runs by now. This says so if it does not: the package says nothing.
systemctl enable --now codedeploy-agent
