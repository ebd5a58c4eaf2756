# shellcheck shell=bash
# What the bastion installs when it starts, after what instance.sh does: by then there is a way out, for which the package
# manager would not wait.

# What psql trusts with sslmode=verify-full sslrootcert=/etc/pki/rds.pem.
fetch https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/pki/rds.pem

# The smallest instance has too little memory for the package manager.
if [ ! -f /swapfile ]; then
	dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none
	chmod 600 /swapfile
	mkswap /swapfile
	swapon /swapfile
	echo '/swapfile none swap defaults 0 0' >>/etc/fstab
fi

dnf install -y --setopt=install_weak_deps=False postgresql@POSTGRES@
