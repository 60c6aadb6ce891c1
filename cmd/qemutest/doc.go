// Package qemutest tests the phone as a whole machine: the flashable images of
// the boards, as they are made for people, on QEMU. The phone in them starts by
// itself and registers at an IMS core that runs outside.
//
//	       this process, in a network namespace of its own
//	┌──────────────────────────────────────────────────────────────┐
//	│ core  10.47.0.1   P-CSCF, S-CSCF, HSS (cmd/internal/lab)      │
//	│ far   10.47.0.10… phones with a tone and bars to show         │
//	│ DHCP  10.47.0.1   (dnsmasq)                                   │
//	│ NTP   10.47.0.1   a clock that is days ahead, for who asks it │
//	│          br0 ──── tap0 ── QEMU: an image, 10.47.0.100 …       │
//	│           └────── tap1 ── QEMU: another one                   │
//	└──────────────────────────────────────────────────────────────┘
//
// A [Board] is such a machine. Its settings go to the FAT partition of a copy of
// the image, as people put them there; commands reach it by SSH, keys and touches
// by QMP, power cuts by killing QEMU.
//
// A [Headset] is a USB headset at a board, made of software, as no emulator has one
// with a microphone: a program in the machine (headset) that hangs a device
// (usbaudio) on the kernel's virtual host controller (usbip). It runs there, and
// not beside the test, so that no network disturbs sound.
//
// Time in a machine is the host's, and a busy host stops the machine. Where a test
// depends on that, the machine runs before everything else on the host, and how
// long it stood still all the same is measured in it (hw/standstill).
//
// The tests carry the build tag qemu: `make test-qemu`.
package qemutest
