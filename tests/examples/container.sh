#!/bin/sh
# Starts a program as its container would on the platform: the first process there, as user 10001 without capabilities, with a
# read-only root file system and /tmp. It is called as the first process of a mount and a PID namespace of its own.
# usage: container.sh ROOT LAYER RUNTIMES FOLDER [NAME=VALUE]... PROGRAM [ARGUMENT]...
#   ROOT      an empty folder for the root file system
#   LAYER     what the Dockerfile adds to its base image; its .run is a script that changes the result, as root
#   RUNTIMES  what lies over this machine's own files; both together stand in for the base image
#   FOLDER    the working directory
set -eu

root=$1 layer=$2 runtimes=$3 folder=$4
shift 4

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
cp -R "$layer/." "$root/"
for link in bin lib lib64 sbin; do
	[ ! -L "/$link" ] || cp -d "/$link" "$root/"
done
for part in etc usr; do
	mkdir -p "$root/$part" "$root/.$part/upper" "$root/.$part/work" "$layer/$part"
	mount -t overlay -o "lowerdir=$layer/$part:$runtimes/$part:/$part,upperdir=$root/.$part/upper,workdir=$root/.$part/work" \
		overlay "$root/$part"
done
mkdir -p "$root/dev" "$root/opt" "$root/proc" "$root/tmp" "$root/var"
mount --rbind /dev "$root/dev"
mount --rbind /opt "$root/opt" # Node.js may be there
mount -t proc proc "$root/proc"
chroot "$root" sh -eu /.run
for part in etc usr; do
	mount -o remount,ro "$root/$part"
done
mount -t tmpfs -o size=512m,mode=1777 tmpfs "$root/tmp"
mount -o remount,ro "$root"
exec chroot "$root" setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
	env --ignore-environment --chdir="$folder" "$@"
