// Package wav reads and writes WAV files of 16-bit PCM, mono or stereo, at 8
// to 48 kHz: what a phone plays as its microphone and records as its speaker.
package wav

import (
	"errors"
	"fmt"
)

// The sampling rates in Hz that the package accepts.
const (
	MinRate = 8000
	MaxRate = 48000
)

// Errors that tell apart why a file can't be used; the text of an error that
// wraps one of them says what to do.
var (
	// ErrNotWAV: the bytes are no RIFF/WAVE file, or end before the sound.
	ErrNotWAV = errors.New("not a WAV file")
	// ErrFormat: a WAV file whose sound has another format.
	ErrFormat = errors.New("unsupported WAV format")
	// ErrFull: the file would outgrow the 32-bit sizes of its header.
	ErrFull = errors.New("WAV file is full")
)

// Format says how the samples of a file are to be read.
type Format struct {
	Rate     int // frames a second, 8000 to 48000
	Channels int // 1 or 2; the samples of two channels alternate, left first
}

// check tells whether the package handles f.
func (f Format) check() error {
	if f.Channels < 1 || f.Channels > 2 {
		return fmt.Errorf("%w: %d channels; convert the file to mono or stereo", ErrFormat, f.Channels)
	}
	if f.Rate < MinRate || f.Rate > MaxRate {
		return fmt.Errorf("%w: %d Hz; convert the file to a rate from %d to %d Hz", ErrFormat, f.Rate, MinRate, MaxRate)
	}
	return nil
}

// The numbers of the format chunk that the package knows.
const (
	tagPCM        = 1
	tagExtensible = 0xFFFE
	sampleSize    = 2 // bytes of one sample
)
