//go:build linux

package qemutest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/imsphone/imsphone/media/tone"
)

// wavHeader is the size of a recording's header, in bytes. What it says of the
// length lags behind while the recording runs, so that the file's own counts.
const wavHeader = 44

// Played is what the phone has played in its last call, since its sound device
// was opened, and how many samples a second that is.
func (f *Far) Played() (pcm []int16, rate int, err error) {
	b, err := os.ReadFile(f.recorded)
	if err == nil && len(b) < wavHeader {
		err = errors.New("the recording has only begun")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("the far phone recorded nothing: %w", err)
	}
	pcm = make([]int16, (len(b)-wavHeader)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(b[wavHeader+2*i:]))
	}
	return pcm, int(binary.LittleEndian.Uint32(b[24:])), nil
}

// Heard looks for a tone in what the phone has played in its last call, from the
// first sound to the last one, without the time that it takes to settle.
func (f *Far) Heard(hz float64, settle time.Duration) (tone.Heard, error) {
	pcm, rate, err := f.Played()
	if err != nil {
		return tone.Heard{}, err
	}
	pcm = trim(pcm)
	return tone.Listen(pcm[min(int(settle.Seconds()*float64(rate)), len(pcm)):], rate, hz), nil
}

// trim cuts off the silence before and after.
func trim(pcm []int16) []int16 {
	const silent = 100 // −50 dBm0
	loud := func(s int16) bool { return s > silent || s < -silent }
	for len(pcm) > 0 && !loud(pcm[0]) {
		pcm = pcm[1:]
	}
	for len(pcm) > 0 && !loud(pcm[len(pcm)-1]) {
		pcm = pcm[:len(pcm)-1]
	}
	return pcm
}

// hearing is how long a tone has to last for AwaitTone.
const hearing = 100 * time.Millisecond

// AwaitTone waits until the phone plays a tone.
func (f *Far) AwaitTone(ctx context.Context, hz float64) error {
	often := time.NewTicker(hearing / 2)
	defer often.Stop()
	for {
		pcm, rate, err := f.Played()
		if err == nil {
			last := int(hearing.Seconds() * float64(rate))
			if tone.Listen(pcm[max(len(pcm)-last, 0):], rate, hz).Seconds >= hearing.Seconds() {
				return nil
			}
			err = tone.ErrNotHeard
		}
		select {
		case <-often.C:
		case <-ctx.Done():
			return fmt.Errorf("the far phone and a tone of %g Hz: %w", hz, errors.Join(err, ctx.Err()))
		}
	}
}
