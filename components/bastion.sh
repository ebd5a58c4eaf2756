#!/bin/bash
# What the bastion installs when it starts. The Session Manager agent is there already.
set -euo pipefail

# The smallest instance has too little memory for the package manager.
if [ ! -f /swapfile ]; then
	dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none
	chmod 600 /swapfile
	mkswap /swapfile
	swapon /swapfile
	echo '/swapfile none swap defaults 0 0' >>/etc/fstab
fi

dnf install -y --setopt=install_weak_deps=False postgresql@POSTGRES@

# What psql trusts with sslmode=verify-full sslrootcert=/etc/pki/rds.pem.
curl -fsS --retry 5 -o /etc/pki/rds.pem https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem

kubectl=https://dl.k8s.io/release/@KUBECTL@/bin/linux/@ARCHITECTURE@/kubectl
curl -fsSL --retry 5 -o /tmp/kubectl "$kubectl"
echo "$(curl -fsSL --retry 5 "$kubectl.sha256")  /tmp/kubectl" | sha256sum --check --quiet
install -m 0755 /tmp/kubectl /usr/local/bin/kubectl
rm /tmp/kubectl
