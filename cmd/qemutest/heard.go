//go:build linux

package qemutest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/imsphone/imsphone/media/tone"
)

// wavHeader is the size of a recording's header, in bytes. What it says of the
// length lags behind while the recording runs, so that the file's own counts.
const wavHeader = 44

// played is what the phone has played in its last call from a place in the
// recording on, in bytes, and how many samples a second that is.
func (f *Far) played(from int64) (pcm []int16, rate int, err error) {
	file, err := os.Open(f.recorded)
	if err != nil {
		return nil, 0, fmt.Errorf("the far phone recorded nothing: %w", err)
	}
	defer file.Close()
	var head [wavHeader]byte
	if _, err := io.ReadFull(file, head[:]); err != nil {
		return nil, 0, fmt.Errorf("the far phone's recording has only begun: %w", err)
	}
	b, err := io.ReadAll(io.NewSectionReader(file, max(from, wavHeader), math.MaxInt64-wavHeader))
	if err != nil {
		return nil, 0, err
	}
	pcm = make([]int16, len(b)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return pcm, int(binary.LittleEndian.Uint32(head[24:])), nil
}

// Heard looks for a tone in what the phone has played in its last call, from the
// first sound to the last one, without the time that it takes to settle.
func (f *Far) Heard(hz float64, settle time.Duration) (tone.Heard, error) {
	pcm, rate, err := f.played(0)
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

// hearing is how much of a tone AwaitTone waits for.
const hearing = 100 * time.Millisecond

// AwaitTone waits until the phone has played a tone, from now on.
func (f *Far) AwaitTone(ctx context.Context, hz float64) error {
	often := time.NewTicker(hearing)
	defer often.Stop()
	var from int64
	if info, err := os.Stat(f.recorded); err == nil {
		from = info.Size()
	}
	for {
		pcm, rate, err := f.played(from)
		heard := tone.Listen(pcm, rate, hz)
		if err == nil && heard.Seconds >= hearing.Seconds() {
			return nil
		}
		select {
		case <-often.C:
		case <-ctx.Done():
			return fmt.Errorf("the far phone has heard %+v of a tone of %g Hz in %d samples: %w", heard, hz, len(pcm), errors.Join(err, ctx.Err()))
		}
	}
}
