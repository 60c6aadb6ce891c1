// Package pcsc reaches a smart card through pcscd, the PC/SC daemon of
// pcsc-lite, by its socket and without its library, so that the phone needs no
// C.
package pcsc
