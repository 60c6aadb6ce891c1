package driver

import (
	"image"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/raster"
)

// draw shows what has changed, if it is time.
func (s *Screen) draw(now time.Time) {
	if !s.pending || now.Before(s.drawn.Add(s.patience())) {
		return
	}
	s.drawn = now
	if s.broken {
		s.painter.Forget()
	}
	err := s.show()
	if err != nil && !s.broken {
		s.note(err, "the screen can't be drawn on")
	}
	s.broken, s.pending = err != nil, err != nil && s.core.Lit() // light begins with a picture
}

// patience is the least time between two pictures.
func (s *Screen) patience() time.Duration {
	if s.broken {
		return retryTime
	}
	return frameTime
}

// show gives the panel what has changed.
func (s *Screen) show() error {
	for _, dirty := range s.paint() {
		if err := s.cfg.Panel.Draw(s.painter.Image(), dirty); err != nil {
			return err
		}
	}
	return nil
}

// paint brings the picture up to date.
func (s *Screen) paint() []image.Rectangle {
	return s.painter.Paint(screen.Arrange(s.core.View(), s.size()))
}

func (s *Screen) size() image.Point {
	w, h := s.cfg.Panel.Size()
	return image.Pt(w, h)
}

// replugged draws all, on a panel that may have another size, if it has changed.
func (s *Screen) replugged() {
	if !s.cfg.Panel.Remode() {
		return
	}
	painter, err := raster.New(s.size())
	if err != nil {
		s.note(err, "the screen can't be drawn on")
		return
	}
	s.painter, s.broken = painter, false
	s.note(s.cfg.Panel.Backlight(s.core.Lit()), "the screen's light can't be switched")
	s.step(screen.Resized{Size: s.size()})
	s.pending = true
}

// pictures takes those that have come, and notes where none come any more.
func (s *Screen) pictures(now time.Time) {
	if m, gone := s.far.take(); gone {
		s.farSeen = time.Time{}
	} else if m != nil {
		s.painter.Far(m)
		s.farSeen = now
	}
	if m, gone := s.own.take(); gone {
		s.ownSeen = time.Time{}
	} else if m != nil {
		s.painter.Own(m)
		s.ownSeen = now
	}
	for _, seen := range []*time.Time{&s.farSeen, &s.ownSeen} {
		if !seen.IsZero() && now.Sub(*seen) >= staleTime {
			*seen = time.Time{}
		}
	}
	s.step(screen.Pictures{Far: !s.farSeen.IsZero(), Own: !s.ownSeen.IsZero()})
}
