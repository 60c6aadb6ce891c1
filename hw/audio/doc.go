// Package audio gives a call its microphone and its speaker.
//
// A Stream is the clock of the call's media: Read blocks until one period was
// captured, Write queues one period for the speaker and never blocks. Behind it
// is a sound card (by ALSA's library where the program was built with cgo and
// the library is there, else by the kernel's calls alone), or a paced fake that
// plays a file, a tone or silence and can record what it is given to play.
//
// The microphone paces; a speaker with another clock is played so much faster or
// slower that it never runs dry or over.
//
// Nothing but Read waits for a device. Opening and stopping one happen aside with a
// deadline: a driver that hangs then costs a goroutine, never a call. The callbacks
// of ALSA's library touch a lock-free ring and a wake-up channel only; the kernel's
// devices are moved by the call itself, as another thread to be woken for each
// period would cost several times what moving it does (see mover).
package audio
