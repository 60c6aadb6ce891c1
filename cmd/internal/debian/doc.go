// Package debian fetches packages of Debian for another machine than this one:
// kernels and programs of 32-bit ARM, for guests and for images.
//
// It keeps an apt of its own, with its own lists and archives in a cache, and
// never touches this machine's: packages of a foreign architecture are only
// downloaded, checked by apt, and unpacked. It needs no root. Which mirror is
// used is the machine's own setting.
package debian
