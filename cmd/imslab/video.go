package main

import (
	"context"
	"fmt"
	"image"
	"sync"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/media/bars"
)

// screen reads the numbers out of the far end's colour bars.
type screen struct {
	mu   sync.Mutex
	seen seen
}

// seen is what a screen has shown of the far end.
type seen struct {
	source   uint8
	pictures int
	last     int // number of the last picture
	missing  int // numbers that were left out
	wrong    int // pictures out of order, of another source, or without a number
}

// Ready is always true.
func (s *screen) Ready() bool { return true }

// Show takes a picture.
func (s *screen) Show(whose, _ string, picture *image.YCbCr) {
	if whose != actors.Theirs || picture == nil {
		return
	}
	source, count, ok := bars.Read(picture)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.add(source, count, ok)
}

func (s *seen) add(source uint8, count int, ok bool) {
	switch {
	case !ok:
		s.wrong++
		return
	case s.pictures == 0:
		s.source = source
	case source != s.source || count <= s.last:
		s.wrong++
	default:
		s.missing += count - s.last - 1
	}
	s.last = count
	s.pictures++
}

func (s *screen) read() seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// look keeps the phone's own figures of the call.
func (p *player) look(ctx context.Context) error {
	status, err := p.Status(ctx)
	if err == nil && len(status.Calls) > 0 {
		p.pictures = status.Calls[0].Video
	}
	return err
}

// videoVerdict tells what each end saw. A picture that the codec left out for
// want of bandwidth, or a slow machine of time, isn't wrong.
func (d *demo) videoVerdict(talk time.Duration) error {
	fmt.Fprintf(d.out, "\n%-7s %-6s %9s %9s %9s %7s %9s %6s\n", "end", "video", "size", "pictures", "missing", "wrong", "pictures/s", "lost")
	const rate = 15 // the configuration's default
	blind := ""
	for i, p := range []*player{d.alice, d.bob} {
		s := p.screen.read()
		fmt.Fprintf(d.out, "%-7s", p.name)
		if v := p.pictures; v != nil && v.Received != nil {
			r := v.Received
			fmt.Fprintf(d.out, " %-6s %9s %9d %9d %7d %9.1f %7d", v.Codec, fmt.Sprintf("%dx%d", r.Width, r.Height), s.pictures, s.missing, s.wrong, r.FPS, r.LostPackets)
		}
		fmt.Fprintln(d.out)
		if other := uint8(2 - i); s.source != other || s.wrong > 0 || float64(s.pictures) < heardShare*rate*talk.Seconds() {
			blind = p.name
		}
	}
	if blind != "" {
		return fmt.Errorf("%s did not see the other end as it was", blind)
	}
	fmt.Fprintf(d.out, "\nBoth ends heard and saw each other. (%.1f s)\n", time.Since(d.begin).Seconds())
	return nil
}
