#!/bin/sh
# Puts what runs the examples of docs/dockerise into a folder, as a tree to lay over this machine's own files: of Debian's packages,
# those that the machine lacks. It installs none of them, since that would start servers.
# usage: runtimes.sh FOLDER
set -eu

folder=$1

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! command -v apt-get >/dev/null; then
	echo 'runtimes: this needs Debian or Ubuntu, for the packages of Ruby, PHP, Apache, gunicorn and Tomcat' >&2
	exit 1
fi
rm -rf "$folder"
mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'as_root rm -rf "$scratch"' EXIT
chmod 755 "$scratch" # apt-get downloads as another user
mkdir -p "$scratch/archives/partial"
as_root apt-get update -q >&2
as_root apt-get install -qy --download-only --reinstall --no-install-recommends -o "Dir::Cache::archives=$scratch/archives" \
	apache2 libapache2-mod-php gunicorn ruby ruby-bundler ruby-rack puma tomcat10 default-jdk-headless python3-minimal >&2
for package in "$scratch"/archives/*.deb; do
	dpkg-deb --extract "$package" "$folder"
done

# /bin, /lib and /sbin are links on Debian, over which no folder may be laid.
for merged in bin lib sbin; do
	if [ -d "$folder/$merged" ]; then
		mkdir -p "$folder/usr/$merged"
		cp -R "$folder/$merged/." "$folder/usr/$merged/"
		rm -r "${folder:?}/$merged"
	fi
done

# Where the official images have what Debian has elsewhere.
mkdir -p "$folder/usr/lib/apache2/modules"
for module in /usr/lib/apache2/modules/libphp*.so "$folder"/usr/lib/apache2/modules/libphp*.so; do
	[ ! -e "$module" ] || ln -sf "$(basename "$module")" "$folder/usr/lib/apache2/modules/libphp.so"
done
mkdir -p "$folder/usr/local/tomcat/webapps"
ln -s /usr/share/tomcat10/bin /usr/share/tomcat10/lib "$folder/usr/local/tomcat/"
cp -R "$folder/usr/share/tomcat10/etc" "$folder/usr/local/tomcat/conf"
