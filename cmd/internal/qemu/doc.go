// Package qemu runs machines on QEMU: whole images of the phone, and guests that
// run one command on Debian's kernel for 32-bit ARM, with real sound cards,
// cameras, screens and ESP.
//
// A guest ([Run]) sees the host's directories that its command needs read-only
// at their own paths, and writes to its memory, or to what is shared by name. It
// has no network of its own but loopback. Its programs and libraries are
// Debian's (busybox, libasound2, and what the job asks for), fetched by package
// debian into a cache. Nothing of it needs root. A machine ([Start]) is what the
// caller makes it.
//
// Emulation in software is slow: ten seconds pass until a guest's command runs,
// and code runs at a tenth of the host's speed.
package qemu
