package audio

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/imsphone/imsphone/hw/audio/wav"
)

// silence is a microphone that hears nothing.
type silence struct{}

func (silence) Capture(pcm []int16) error {
	clear(pcm)
	return nil
}

func (silence) Close() error { return nil }

// toneLevel is the peak of a tone: −12 dB below full scale, loud speech.
const toneLevel = 8192

// tone is a microphone that hears a sine.
type tone struct {
	step, phase float64 // cycles a sample; cycles
}

func newTone(hz float64, rate int) (*tone, error) {
	if !(hz > 0 && hz < float64(rate)/2) {
		return nil, fmt.Errorf("a tone of %g Hz can't be sampled at %d Hz: it has to be below %d Hz", hz, rate, rate/2)
	}
	return &tone{step: hz / float64(rate)}, nil
}

func (t *tone) Capture(pcm []int16) error {
	for i := range pcm {
		pcm[i] = int16(math.Round(toneLevel * math.Sin(2*math.Pi*t.phase)))
		_, t.phase = math.Modf(t.phase + t.step)
	}
	return nil
}

func (t *tone) Close() error { return nil }

// player is a microphone that hears a WAV file of any rate, mixed to mono.
type player struct {
	path string
	rate int  // Hz, of the device
	loop bool // begin again at the end, instead of silence

	mu   sync.Mutex // Close may come while Capture reads
	file *wav.Reader
	fit  *Resampler
	buf  []int16 // samples of the file
	mono []int16
	out  []int16 // ready to be captured
	done bool
}

func newPlayer(path string, rate int, loop bool) (*player, error) {
	p := &player{path: path, rate: rate, loop: loop}
	if err := p.rewind(); err != nil {
		return nil, err
	}
	if err := p.more(); errors.Is(err, io.EOF) && loop {
		return nil, errors.Join(fmt.Errorf("%s holds no sound: give a WAV file with some", path), p.file.Close())
	} else if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, p.file.Close())
	}
	return p, nil
}

// rewind opens the file, again if it was open.
func (p *player) rewind() error {
	file, err := wav.Open(p.path)
	if err != nil {
		return err
	}
	if p.file != nil {
		p.file.Close() // it was only read
	}
	p.file = file
	if p.fit == nil {
		p.buf = make([]int16, 1024*file.Format().Channels)
		p.fit, err = NewResampler(file.Format().Rate, p.rate)
	}
	return err
}

// more moves a piece of the file to out.
func (p *player) more() error {
	n, err := p.file.Read(p.buf)
	if err != nil {
		return err
	}
	p.mono = appendMono(p.mono[:0], p.buf[:n], p.file.Format().Channels)
	p.out = p.fit.Append(p.out, p.mono)
	return nil
}

// appendMono appends the mean of each frame's channels.
func appendMono(dst, frames []int16, channels int) []int16 {
	if channels == 1 {
		return append(dst, frames...)
	}
	for ; len(frames) >= channels; frames = frames[channels:] {
		sum := int32(0)
		for _, s := range frames[:channels] {
			sum += int32(s)
		}
		dst = append(dst, int16(sum/int32(channels)))
	}
	return dst
}

func (p *player) Capture(pcm []int16) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.out) < len(pcm) && !p.done {
		if err := p.next(); err != nil {
			return &DeviceError{Device: p.path, Direction: Capture, Kind: ErrLost, Cause: err}
		}
	}
	n := copy(pcm, p.out)
	p.out = p.out[:copy(p.out, p.out[n:])]
	clear(pcm[n:])
	return nil
}

// next gets more sound, from the start of the file again if it has to be.
func (p *player) next() error {
	err := p.more()
	if !errors.Is(err, io.EOF) {
		return err
	}
	if !p.loop {
		p.done = true
		return nil
	}
	if err := p.rewind(); err != nil {
		return err
	}
	if err := p.more(); err != nil { // emptied meanwhile, or worse
		return fmt.Errorf("nothing more to read: %w", err)
	}
	return nil
}

func (p *player) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = true
	return p.file.Close()
}
