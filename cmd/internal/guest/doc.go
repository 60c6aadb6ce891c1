// Package guest is what the guests of all kinds share on the host's side: the
// program that runs a command in one ([Main]), and the pipes that its output comes
// by ([Drain]). Package uml has guests of this processor that have ESP, package
// qemu those of 32-bit ARM with devices.
package guest
