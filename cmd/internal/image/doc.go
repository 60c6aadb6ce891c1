// Package image builds flashable images: a master boot record with a FAT
// partition to boot from and to configure, a read-only root as squashfs, and a
// small ext4 partition for what the phone keeps. It needs neither root nor loop
// devices nor mounts, and makes the same image of the same parts.
package image
