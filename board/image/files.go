// Package image holds what an image for a board is made of besides Debian's
// packages and the phone: its first program, its few scripts, and the lists of
// what is taken. The boot in the order in which it happens: init, then
// root/lib/imsphone/boot, then what root/etc/inittab starts. cmd/mkimage builds
// images.
package image

import "embed"

// Files are the files of this folder. A file that begins with "#!" is a program.
//
//go:embed init root fat packages packages.raspberry modules modules.root
var Files embed.FS
