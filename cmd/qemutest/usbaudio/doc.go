// Package usbaudio is a USB headset made of software, as a pure core: a USB Audio
// Class 1.0 device at full speed, with a stereo speaker and a mono microphone of
// 48 kHz and 16 bits, a volume and a mute switch of each, and keys (HID).
//
//	              host to device                      device to host
//	interface 1:  USB ─▶ volume 2 ─▶ speaker 3        (endpoint 1)
//	interface 2:  microphone 4 ─▶ volume 5 ─▶ USB     (endpoint 2)
//	interface 3:  keys                                (endpoint 3)
//	interface 0:  what the volumes are set to         (endpoint 0)
//
// A [Headset] takes the requests of a host controller (package usbip) and gives
// its answers; time is a parameter. Each packet of sound takes a millisecond.
//
// The clauses are those of "Universal Serial Bus Device Class Definition for Audio
// Devices", release 1.0 (UAC), of "… for Human Interface Devices", 1.11 (HID), and
// of the USB specification, 2.0 (USB).
package usbaudio
