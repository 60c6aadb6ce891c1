package audio

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Stream is an open microphone and speaker, mono, 16 bit. Read and Write may
// be called by one goroutine each at the same time; Stats and Close by any.
type Stream interface {
	// Read blocks until one period was captured and fills pcm with it; pcm has
	// to be one period long. It is the clock of a call's media. After Close it
	// returns ErrClosed, and an error that wraps ErrLost once the device is
	// gone.
	Read(pcm []int16) error
	// Write queues pcm for the speaker and never blocks. It returns how many
	// samples were queued; the rest was dropped, because the speaker lags
	// behind by Config.Periods, and is counted as an overrun.
	Write(pcm []int16) (n int, err error)
	// Stats tells how it went so far.
	Stats() Stats
	// Close ends a blocked Read and lets go of the device. It returns within
	// 200 ms (an error that wraps ErrStuck tells that the driver hangs).
	Close() error
}

// Stats counts what a Stream did, in periods where nothing else is said.
type Stats struct {
	Captured         uint64 // handed out by Read
	CaptureOverruns  uint64 // lost because Read came too late
	Queued           uint64 // taken by Write in full
	PlaybackOverruns uint64 // dropped by Write, in part or in full
	Underruns        uint64 // played as silence, in part or in full, because nothing was queued
	Xruns            uint64 // not in periods: how often a device itself ran dry or over, or the machine slept
	Drift            int    // parts per million that the speaker is played faster at the moment, as its clock isn't the microphone's
}

// Open opens the device that cfg names. The error says what to do, and
// errors.Is tells its kind.
func Open(cfg Config) (Stream, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	in, err := openSource(cfg)
	if err != nil {
		return nil, err
	}
	out, err := openSink(cfg)
	if err != nil {
		return nil, errors.Join(err, in.close())
	}
	return newDuplex(cfg, in, out), nil
}

// source is the capturing half of a device.
type source interface {
	// read fills pcm with the next period; lost is how many went by unread.
	read(pcm []int16) (lost uint64, err error)
	addTo(*Stats)
	close() error // also ends a read
}

// sink is the playing half of a device.
type sink interface {
	write(pcm []int16) (n int, err error)
	addTo(*Stats)
	close() error
}

// duplex makes a Stream of two halves.
type duplex struct {
	in     source
	out    sink
	frame  int
	gain   *Gain
	scaled []int16 // a written period, less loud
	closed func() error

	captured, lost, queued, dropped atomic.Uint64
}

func newDuplex(cfg Config, in source, out sink) *duplex {
	return &duplex{
		in: in, out: out, frame: cfg.frame(), gain: cfg.Gain,
		closed: sync.OnceValue(func() error { return closeBoth(in, out) }),
	}
}

// closeBoth closes both halves at the same time, as either may take its
// deadline.
func closeBoth(in source, out sink) error {
	inErr := make(chan error, 1)
	go func() { inErr <- in.close() }()
	outErr := out.close()
	return errors.Join(<-inErr, outErr)
}

func (d *duplex) Read(pcm []int16) error {
	if len(pcm) != d.frame {
		return fmt.Errorf("audio: Read of %d samples: a period has %d", len(pcm), d.frame)
	}
	lost, err := d.in.read(pcm)
	d.lost.Add(lost)
	if err == nil {
		d.captured.Add(1)
	}
	return err
}

func (d *duplex) Write(pcm []int16) (int, error) {
	if d.gain != nil {
		pcm = d.gain.apply(&d.scaled, pcm)
	}
	n, err := d.out.write(pcm)
	switch {
	case err != nil:
	case n < len(pcm):
		d.dropped.Add(1)
	default:
		d.queued.Add(1)
	}
	return n, err
}

func (d *duplex) Stats() Stats {
	s := Stats{
		Captured:         d.captured.Load(),
		CaptureOverruns:  d.lost.Load(),
		Queued:           d.queued.Load(),
		PlaybackOverruns: d.dropped.Load(),
	}
	d.in.addTo(&s)
	d.out.addTo(&s)
	return s
}

func (d *duplex) Close() error { return d.closed() }
