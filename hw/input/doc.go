// Package input reads keys, touch screens, jacks and switches from Linux's input
// devices (evdev), without any library. [Open] opens all of them, follows those
// that come and go, and gives what happens as [Event]s in one channel.
//
// What a device sends is read by a [Decoder], which is a pure function of bytes.
package input
