package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/hw/audio/wav"
	"github.com/imsphone/imsphone/media/tone"
	"github.com/imsphone/imsphone/protocol/ladder"
)

// heardShare is the part of the talk that each end must have heard of the
// other: the beginning is the jitter buffer's and the ringing's.
const heardShare = 0.8

// ladder draws both phones' messages, the lab in the middle.
func (d *demo) ladder() ladder.Chart {
	middle := "P-CSCF"
	if d.plain {
		middle = "proxy"
	}
	chart := ladder.Chart{Title: "Registration and a call through the lab", Parties: []string{"alice", middle, "bob"}}
	var all []phone.Record
	for _, p := range []*player{d.alice, d.bob} {
		all = append(all, phone.Records(p.Trace.Records())...)
	}
	slices.SortStableFunc(all, func(a, b phone.Record) int { return a.Time.Compare(b.Time) })
	for _, r := range all {
		from, to := r.Account, middle
		if !r.Out {
			from, to = to, from
		}
		chart.Messages = append(chart.Messages, ladder.Message{At: r.Time.Sub(all[0].Time), From: from, To: to, Label: r.Label, ID: r.CSeq, Response: r.Response, Protected: r.Protected})
	}
	return chart
}

// verdict measures what each end heard, and tells.
func (d *demo) verdict(talk time.Duration) error {
	fmt.Fprintf(d.out, "%-7s %-6s %9s %8s %7s %9s %11s %6s\n", "end", "codec", "heard", "gaps", "loss", "jitter", "one way", "MOS")
	deaf := ""
	for _, pair := range [][2]*player{{d.alice, d.bob}, {d.bob, d.alice}} {
		p, other := pair[0], pair[1]
		heard, err := p.heard(float64(other.toneHz))
		if err != nil {
			return err
		}
		fmt.Fprintf(d.out, "%-7s %-6s %7.2f s %8d", p.name, p.codec, heard.Seconds, heard.Gaps)
		if q := p.quality; q != nil {
			fmt.Fprintf(d.out, " %5.1f %% %6.1f ms %8.1f ms %6.2f", q.LossPercent, q.JitterMS, q.OneWayMS, q.MOS)
		}
		fmt.Fprintln(d.out)
		if heard.Seconds < heardShare*talk.Seconds() {
			deaf = p.name
		}
	}
	if deaf != "" {
		return fmt.Errorf("%s did not hear the other end", deaf)
	}
	if d.video {
		return d.videoVerdict(talk)
	}
	fmt.Fprintf(d.out, "\nBoth ends heard each other. (%.1f s)\n", time.Since(d.begin).Seconds())
	return nil
}

// heard looks for a tone in what the phone played.
func (p *player) heard(hz float64) (tone.Heard, error) {
	file, err := wav.Open(p.recorded)
	if err != nil {
		return tone.Heard{}, fmt.Errorf("%s recorded nothing: %w", p.name, err)
	}
	defer file.Close()
	pcm, err := file.ReadAll()
	if err != nil {
		return tone.Heard{}, err
	}
	return tone.Listen(pcm, file.Format().Rate, hz), nil
}
