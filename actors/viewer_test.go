package actors

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/media/bars"
)

// showing notes what is shown when.
type showing struct {
	VideoPort
	mu    sync.Mutex
	begin time.Time
	shown []shown
}

// shown is picture number count, −1 for none.
type shown struct {
	at    time.Duration
	count int
}

func (s *showing) Show(_, _ string, picture *image.YCbCr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := -1
	if picture != nil {
		_, count, _ = bars.Read(picture)
	}
	s.shown = append(s.shown, shown{time.Since(s.begin), count})
}

func numbered(t *testing.T, count int) []byte {
	t.Helper()
	m := image.NewYCbCr(image.Rect(0, 0, 96, 64), image.YCbCrSubsampleRatio420)
	bars.Draw(m, 0, count)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Pictures are shown when they are due, the latest of several, and none after
// the screen was blanked.
func TestViewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		port := &showing{begin: time.Now()}
		v := newViewer(port, "1")
		ended := make(chan struct{})
		go func() { v.run(); close(ended) }()
		show := func(count int, after time.Duration) { v.show(numbered(t, count), port.begin.Add(after)) }
		const ms = time.Millisecond
		show(1, 0)
		synctest.Wait()
		show(2, 100*ms)
		show(3, 200*ms)
		time.Sleep(250 * ms)
		show(4, 240*ms) // two that are late already
		show(5, 250*ms)
		synctest.Wait()
		show(6, 400*ms)
		v.blank()
		time.Sleep(time.Second)
		for i := range 2 * viewerQueue {
			show(10+i, time.Hour)
		}
		time.Sleep(time.Hour)
		v.close()
		<-ended
		// The first of the late ones may be shown before the second is there.
		if len(port.shown) > 3 && port.shown[3] == (shown{250 * ms, 4}) {
			port.shown = slices.Delete(port.shown, 3, 4)
		}
		last := 10 + 2*viewerQueue - 1
		want := []shown{{0, 1}, {100 * ms, 2}, {200 * ms, 3}, {250 * ms, 5}, {250 * ms, -1}, {time.Hour, last}, {time.Hour + 1250*ms, -1}}
		if !slices.Equal(port.shown, want) {
			t.Errorf("shown %v, want %v", port.shown, want)
		}
	})
}
