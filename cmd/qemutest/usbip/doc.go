// Package usbip reads and writes USB/IP, by which a USB device that is elsewhere,
// or that only software makes, hangs on a kernel's virtual host controller: what
// the kernel asks of a device, and what the device answers, once they are
// connected. It follows the kernel's Documentation/usb/usbip_protocol.rst (1.1.1),
// as the device's side. All numbers are big-endian, but for those that USB itself
// defines.
//
//	 0        4        8        12       16       20                            48
//	┌────────┬────────┬────────┬────────┬────────┬─────────────────────────────┐
//	│command │ seqnum │ devid  │  in?   │endpoint│ of the command              │ data…, packets…
//	└────────┴────────┴────────┴────────┴────────┴─────────────────────────────┘
//
//	CMD_SUBMIT (1)  flags, length, start frame, packets, interval, setup (8)
//	CMD_UNLINK (2)  seqnum of what is taken back
//	RET_SUBMIT (3)  status, length, start frame, packets, errors
//	RET_UNLINK (4)  status
//
// Data follows in its direction: after CMD_SUBMIT to the device, after RET_SUBMIT
// from it. An isochronous transfer's packets come last, 16 bytes each: offset,
// length, actual length, status.
package usbip
