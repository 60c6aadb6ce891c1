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
// Nothing but Read waits for a device. A sound card's callbacks touch a
// lock-free ring and a wake-up channel only, and stopping it happens aside with
// a deadline: a driver that hangs costs a goroutine, never a call.
package audio
