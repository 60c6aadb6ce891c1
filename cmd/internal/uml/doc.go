// Package uml runs a command on a kernel that has ESP: user-mode Linux, a
// kernel that is an ordinary program (Debian's package user-mode-linux). Build
// machines' own kernels often lack ESP.
//
// The guest's root is the host's, seen through hostfs, with whatever the guest
// writes kept in its memory (overlayfs over tmpfs); so every program of the host
// runs in the guest and none can harm the host. Directories that are shared by
// name are written for real. The guest has a loopback interface, no other
// network, and the modules of [Modules]. Each guest is on its own: any number
// runs at once.
//
// The program that calls [Run] is the guest's init as well: it has to call
// [Guest] first thing in main.
package uml
