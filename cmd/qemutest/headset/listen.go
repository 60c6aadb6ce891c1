//go:build linux

package main

import (
	"flag"
	"fmt"
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/ear"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
	"github.com/imsphone/imsphone/cmd/qemutest/usbaudio"
	"github.com/imsphone/imsphone/hw/standstill"
	"github.com/imsphone/imsphone/media/tone"
)

// recording is what the ear hears, as long as somebody wants to know.
type recording struct {
	left int // samples that are still wanted
	pcm  []int16
	full chan struct{} // closed when nothing is left
}

func newRecording(d time.Duration) *recording {
	n := int(d.Seconds() * usbaudio.Rate)
	return &recording{left: n, pcm: make([]int16, 0, n), full: make(chan struct{})}
}

// hear takes samples.
func (r *recording) hear(pcm []int16) {
	if r.left == 0 {
		return
	}
	n := min(r.left, len(pcm))
	r.pcm = append(r.pcm, pcm[:n]...)
	if r.left -= n; r.left == 0 {
		close(r.full)
	}
}

// silence is for how much longer than asked for somebody may have to listen.
const silence = 30 * time.Second

// listen looks for a tone in what is heard after some time that doesn't count.
func (p *person) listen(args []string) (heard report.Tone, err error) {
	flags := flag.NewFlagSet("listen", flag.ContinueOnError)
	hear := flags.Float64("hear", 637, "frequency that is listened for, in Hz")
	settle := flags.Duration("settle", 0, "how long before what is heard counts")
	length := flags.Duration("for", 10*time.Second, "how long")
	if err := flags.Parse(args); err != nil {
		return heard, err
	}
	if _, err := p.record(*settle); err != nil {
		return heard, err
	}
	vigil, before := standstill.Watch(), p.plug.starts()
	defer vigil.Stop()
	pcm, err := p.record(*length)
	if err != nil {
		return heard, err
	}
	lost := uint64(p.plug.starts() - before)
	return report.Tone{Heard: ear.Heard{Heard: tone.Listen(pcm, usbaudio.Rate, *hear), Lost: lost}, StoodStill: vigil.Longest()}, nil
}

// record gives what is heard from now on: nothing is heard while the phone plays
// nothing.
func (p *person) record(d time.Duration) ([]int16, error) {
	r := newRecording(d)
	if d <= 0 {
		return nil, nil
	}
	p.plug.record(r)
	defer p.plug.record(nil)
	limit := time.NewTimer(d + silence)
	defer limit.Stop()
	select {
	case <-r.full:
		return r.pcm, nil
	case <-p.plug.done:
		return nil, fmt.Errorf("the headset isn't in use any more: %w", p.plug.failure)
	case <-limit.C:
		p.plug.record(nil)
		return nil, fmt.Errorf("the phone plays nothing: %d samples are missing after %v", r.left, d+silence)
	}
}
