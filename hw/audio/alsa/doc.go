// Package alsa speaks with the kernel's sound driver (ALSA) by its system calls
// alone: PCM devices, their names and lists, and the elements of a mixer. It
// needs no library and no cgo, and so has none of the library's plugins: a
// device is opened as it is, and whoever opens it converts what it can't do.
//
// The structures are those of the kernel's include/uapi/sound/asound.h, on 32-
// and 64-bit machines with little-endian words.
package alsa
