//go:build guest

package phone

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
)

// The guest has the kernel's test camera, vivid, with exactly 320×240 pixels as
// its second one:
//
//	-module 'vivid n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0x0,0x3'

// guestPatience is long: the machine is emulated.
const guestPatience = 2 * time.Minute

// barScreen tells which pictures of the far end show vivid's colour bars.
type barScreen struct{ good, other chan struct{} }

func (barScreen) Ready() bool { return true }

func (s barScreen) Show(whose, _ string, picture *image.YCbCr) {
	if whose != actors.Theirs || picture == nil {
		return
	}
	to := s.other
	if isVivid(picture) {
		to = s.good
	}
	select {
	case to <- struct{}{}:
	default:
	}
}

// isVivid looks for the bars from white to black near the lower end: their bits
// are red, green and blue.
func isVivid(p *image.YCbCr) bool {
	size := p.Rect.Size()
	for i, want := range [8]int{0b111, 0b110, 0b011, 0b010, 0b101, 0b100, 0b001, 0b000} {
		r, g, b, _ := p.At(size.X*(2*i+1)/16, size.Y*9/10).RGBA()
		got := 0
		for _, v := range []uint32{r, g, b} {
			got <<= 1
			if v > 0x6000 {
				got |= 1
			}
		}
		if got != want {
			return false
		}
	}
	return true
}

func guestPhone(t *testing.T, name string, port int, camera string, screen Screen) *Phone {
	t.Helper()
	text := fmt.Sprintf("[state]\ndir = %q\n[audio]\ndevice = \"fake\"\n[video]\ncamera = %q\n[media]\nrtp_ports = \"%d-%d\"\n"+
		"[[account]]\nuser = \"sip:%s@127.0.0.1:%d\"\nlocal = \"127.0.0.1:%d\"\nregister = false\nauto_answer = true\n",
		t.TempDir(), camera, 10000+2*port, 10020+2*port, name, port, port)
	cfg, err := config.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := StartWith(cfg, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel), Options{Screen: screen})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop(t.Context())
		p.Close()
	})
	return p
}

func await[T any](t *testing.T, what string, ch <-chan T, fits func(T) bool) {
	t.Helper()
	timeout := time.After(guestPatience)
	for {
		select {
		case v := <-ch:
			if fits(v) {
				return
			}
		case <-timeout:
			t.Fatalf("waited %v for %s", guestPatience, what)
		}
	}
}

func anything(struct{}) bool { return true }

func isEvent(kind string) func(actors.Event) bool {
	return func(e actors.Event) bool { return e.Type == kind }
}

// A camera of the kernel is seen at the far end of a call. It is unplugged and
// back, and the call stays up.
func TestVividAtTheFarEnd(t *testing.T) {
	screen := barScreen{make(chan struct{}), make(chan struct{})}
	alice := guestPhone(t, "alice", 5060, "/dev/video1", nil)
	guestPhone(t, "bob", 5062, "none", screen)
	events, cancel := alice.Subscribe()
	defer cancel()
	call, err := alice.DialVideo(t.Context(), "", "sip:bob@127.0.0.1:5062")
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the answer", events, isEvent("answered"))
	for range 20 {
		await(t, "a picture", screen.good, anything)
	}
	for range 3 {
		plug(t, "unbind")
		await(t, "the loss of the camera", events, isEvent("camera-lost"))
		await(t, "a blank picture", screen.other, anything)
		plug(t, "bind")
		await(t, "the camera", events, isEvent("camera-back"))
		for range 5 {
			await(t, "a picture", screen.good, anything)
		}
	}
	if err := alice.Hangup(t.Context(), call); err != nil {
		t.Fatal(err)
	}
}

// plug takes vivid's camera away, or brings it back.
func plug(t *testing.T, action string) {
	t.Helper()
	const driver = "/sys/bus/platform/drivers/vivid"
	if err := os.WriteFile(filepath.Join(driver, action), []byte("vivid.0"), 0); err != nil {
		t.Fatal(err)
	}
}
