//go:build linux

package main

import (
	"bufio"
	"errors"
	"sync"
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/usbaudio"
	"github.com/imsphone/imsphone/cmd/qemutest/usbip"
	"github.com/imsphone/imsphone/media/tone"
)

// plug is the headset in a port of the virtual host controller. One goroutine is
// the bus: it looks at it every few milliseconds, and does all that there is to do
// at once. The host has requests for a dozen frames under way and doesn't notice;
// a machine that is emulated does notice a thousand wake-ups a second.
type plug struct {
	port *port
	done chan struct{} // closed when the connection has ended
	// failure is why it ended, when done is closed.
	failure error

	mu       sync.Mutex
	headset  *usbaudio.Headset
	recorder *recording // nil while nobody wants to know
	out      []byte
}

// rest is how long nobody looks at the bus.
const rest = 4 * time.Millisecond

// plugIn plugs a headset in, on the head of somebody who speaks in a frequency.
func plugIn(speak float64) (*plug, error) {
	port, err := attach()
	if err != nil {
		return nil, err
	}
	p := &plug{port: port, done: make(chan struct{})}
	p.headset = usbaudio.New(tone.Sine(usbaudio.Rate, speak).Fill, p.hear)
	go p.run()
	return p, nil
}

// pullOut pulls the headset out.
func (p *plug) pullOut() error {
	err := p.port.hangUp()
	<-p.done
	return errors.Join(err, p.port.Close())
}

// run is the bus, until the connection ends.
func (p *plug) run() {
	defer close(p.done)
	from := bufio.NewReaderSize(p.port, 1<<16)
	for p.failure == nil {
		if p.busy() {
			time.Sleep(rest)
		} else {
			p.port.await(-1) // what is wrong with it, Read says
		}
		p.failure = p.step(func(out []byte) ([]byte, error) { return p.serve(from, out) })
	}
}

// serve answers all that the host has asked by now, and what has come to its end.
func (p *plug) serve(from *bufio.Reader, out []byte) ([]byte, error) {
	for from.Buffered() > 0 || p.port.await(0) {
		r, err := usbip.Read(from)
		if err != nil {
			return out, err
		}
		out = p.headset.Handle(time.Now(), r, out)
	}
	return p.headset.Advance(time.Now(), out), nil
}

func (p *plug) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.headset.Busy()
}

// step lets the headset do something, and sends what it answers.
func (p *plug) step(do func(out []byte) ([]byte, error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	out, err := do(p.out[:0])
	if p.out = out; err != nil || len(out) == 0 {
		return err
	}
	_, err = p.port.Write(out)
	return err
}

// press presses a key.
func (p *plug) press(k usbaudio.Key) error {
	return p.step(func(out []byte) ([]byte, error) {
		p.headset.Press(k)
		return p.headset.Advance(time.Now(), out), nil
	})
}

// starts is how often the speaker began.
func (p *plug) starts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.headset.Starts()
}

// record lets r have what is heard from now on.
func (p *plug) record(r *recording) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recorder = r
}

// hear is the ear; p.mu is held.
func (p *plug) hear(pcm []int16) {
	if p.recorder != nil {
		p.recorder.hear(pcm)
	}
}
