#!/bin/busybox sh
# The first process of a guest: it makes the usual places, shows the host's
# directories at their own paths, runs the job and powers the machine off.
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr
modprobe -a virtio_pci virtio_console virtio_rng 9pnet_virtio 9p

# Ports by their names.
mkdir -p /dev/virtio-ports
for port in /sys/class/virtio-ports/*; do
	ln -s "../${port##*/}" "/dev/virtio-ports/$(cat "$port/name")"
done

share() { # tag directory options
	mkdir -p "$2"
	mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,$3" "$1" "$2"
}
share host /host ro,cache=loose
share job /job cache=none
see() { # a directory of the host, at its own path
	mkdir -p "$1"
	mount --bind "/host$1" "$1"
}
ip link set lo up

. /job/job.sh >/dev/virtio-ports/stdout 2>/dev/virtio-ports/stderr </dev/null
echo $? >/job/status
sync
poweroff -f
