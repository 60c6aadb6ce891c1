//go:build qemu

package qemutest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/raster"
	"github.com/imsphone/imsphone/media/bars"
)

// source is the number in the far phone's bars.
const source = 7

// TestScreen: a person with the handheld is called, sees who calls, answers by
// touch, sees the far end, shows himself, hangs up by a key, and dials by touch.
// Sound card, camera, screen, touch and keys are the kernel's.
func TestScreen(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Minute)
	defer cancel()
	pair := site.Pair()
	board, shell := registered(t, ctx, pair, Setup{Model: Virt, Devices: PanelDevices,
		Settings: "[audio]\ndevice = \"hw:CARD=Loopback,DEV=0\"\n[video]\nsize = \"320x240\"\nrate = 5\n[screen]\nsleep = \"0s\"\n"})
	eyes := &Eyes{}
	far := startFar(t, ctx, pair, 660, fmt.Sprintf("[video]\ncamera = \"fake:bars=%d\"\nanswer = \"both\"\nrate = 5\n", source), "auto_answer = true\n", phone.Options{Screen: eyes})
	if _, err := shell.Run(ctx, "/sbin/modprobe snd-aloop && /sbin/modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x2"); err != nil {
		t.Fatal(err)
	}
	panel, err := NewPanel(board, shell)
	if err != nil {
		t.Fatal(err)
	}
	h := handheld{t, ctx, panel, far}

	h.shows("dialler", screen.Pictures{})
	mark := far.Mark()
	if _, err := far.DialVideo(ctx, "", pair.Board.Name); err != nil {
		t.Fatal(err)
	}
	h.far(mark, "ringing")
	incoming := h.shows("incoming", screen.Pictures{})
	h.touch(incoming, screen.DoAnswer, 0)
	h.far(mark, "answered")
	h.seesBars()

	h.uncovers(h.face(screen.Pictures{Far: true}), screen.DoVideo)
	if err := eyes.Await(ctx, ShowsTestBars); err != nil {
		t.Error(err)
	}
	h.await("in-call-both", hasInset)

	h.key("end")
	h.far(mark, "ended")
	h.key("esc") // how it ended has been read
	dialler := h.shows("dialler-again", screen.Pictures{})
	h.dials(dialler, pair.Far.Number)
	mark = far.Mark()
	h.touch(dialler, screen.DoCall, 0)
	h.far(mark, "answered")
	h.shows("in-call", screen.Pictures{})
	h.key("end")
	h.far(mark, "ended")
}

// handheld is a board in somebody's hands.
type handheld struct {
	t     *testing.T
	ctx   context.Context
	panel *Panel
	phone *Far
}

func (h handheld) face(pictures screen.Pictures) *screen.Core {
	h.t.Helper()
	f, err := h.panel.Face(h.ctx, pictures)
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

// await waits until the screen is as look wants it.
func (h handheld) await(name string, look func(image.Image) error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.ctx, 3*time.Minute)
	defer cancel()
	if err := h.panel.Await(ctx, name, look); err != nil {
		h.t.Fatal(err)
	}
}

// shows waits until the screen shows the phone's face.
func (h handheld) shows(name string, pictures screen.Pictures) (face *screen.Core) {
	h.t.Helper()
	h.await(name, func(m image.Image) error {
		face = h.face(pictures)
		return h.panel.Shows(face)(m)
	})
	return face
}

func (h handheld) touch(face *screen.Core, does screen.Does, digit rune) {
	h.t.Helper()
	if err := h.panel.Touch(face, does, digit); err != nil {
		h.t.Fatal(err)
	}
}

// uncovers touches a button that lies over the far end's picture. It is there for
// five seconds only: once it has gone, the picture is touched, so that it comes
// back, and then at once the button.
func (h handheld) uncovers(face *screen.Core, does screen.Does) {
	h.t.Helper()
	shown, middle := h.shown(face, does), h.panel.size.Div(2)
	for {
		h.await("bare", func(m image.Image) error {
			if shown(m) == nil {
				return fmt.Errorf("the button to %s is still there", does)
			}
			return nil
		})
		if err := h.panel.board.QMP.Touch(middle.X, middle.Y, h.panel.size.X, h.panel.size.Y); err != nil {
			h.t.Fatal(err)
		}
		touched := time.Now()
		h.await("covered", func(m image.Image) error {
			if err := shown(m); err != nil && time.Since(touched) < covered {
				return err
			}
			return nil
		})
		if time.Since(touched) < covered {
			h.touch(face, does, 0)
			return
		}
	}
}

// covered is for how long a button is surely there after the picture was touched.
const covered = 4 * time.Second

// shown tells whether a button of a face is on the screen. What is under it shows
// at its corners.
func (h handheld) shown(face *screen.Core, does screen.Does) func(image.Image) error {
	h.t.Helper()
	items := screen.Arrange(face.View(), h.panel.size)
	i := slices.IndexFunc(items, func(it screen.Item) bool { return it.Button.Does == does })
	painter, err := raster.New(h.panel.size)
	if i < 0 || err != nil {
		h.t.Fatalf("in %s there is no button to %s, or no painter: %v", face.View().Mode, does, err)
	}
	painter.Paint(items)
	at := items[i].Rect
	return func(m image.Image) error {
		if n := differ(m, painter.Image(), at); n > at.Dx()*at.Dy()/8 {
			return fmt.Errorf("%d pixels of the button to %s differ", n, does)
		}
		return nil
	}
}

// key presses a key by QEMU's name.
func (h handheld) key(name string) {
	h.t.Helper()
	if err := h.panel.board.QMP.Key(name); err != nil {
		h.t.Fatal(err)
	}
}

// dials writes a number: its plus by a key, its digits by touch, and looks at
// the number as a person does.
func (h handheld) dials(dialler *screen.Core, number string) {
	h.t.Helper()
	for _, r := range number {
		before := h.number()
		if r == '+' {
			h.key("kp_add")
		} else {
			h.touch(dialler, screen.DoDigit, r)
		}
		h.await("digit", func(m image.Image) error {
			if bytes.Equal(numberOf(m), before) {
				return fmt.Errorf("%c isn't in the number", r)
			}
			return nil
		})
	}
}

// number is the part of the screen that has the number, below the status.
func (h handheld) number() (pix []byte) {
	h.t.Helper()
	h.await("number", func(m image.Image) error {
		pix = numberOf(m)
		return nil
	})
	return pix
}

func numberOf(m image.Image) []byte { return pixels(m, image.Rect(0, 48, 480, 180)).Pix }

func (h handheld) far(mark int, kind string) actors.Event {
	h.t.Helper()
	e, _, err := h.phone.Await(h.ctx, mark, kind)
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

// seesBars: the far end's pictures are on the screen, one after the other.
func (h handheld) seesBars() {
	h.t.Helper()
	first := -1
	h.await("in-call-far", func(m image.Image) error {
		picture := pixels(m, image.Rect(0, 140, 480, 500)) // 320 × 240, as large as it fits
		who, count, ok := bars.Read(luma(picture))
		switch {
		case !ok:
			return fmt.Errorf("there are no bars in it")
		case who != source:
			return fmt.Errorf("it is picture %d of source %d", count, who)
		case first < 0:
			first = count
		}
		if count < first+5 {
			return fmt.Errorf("it is picture %d, and was %d", count, first)
		}
		return nil
	})
}

// luma is a picture without its colours.
func luma(m *image.RGBA) *image.YCbCr {
	l := image.NewYCbCr(m.Rect, image.YCbCrSubsampleRatio420)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			l.Y[l.YOffset(x, y)] = color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y
		}
	}
	return l
}

// hasInset: our own picture is in its corner.
func hasInset(m image.Image) error {
	inset := image.Rect(316, 402, 468, 516)
	for i, want := range testBars {
		at := inset.Min.Add(image.Pt((2*i+1)*inset.Dx()/(2*len(testBars)), inset.Dy()*3/4))
		if got := nearest(m.At(at.X, at.Y)); got != want {
			return fmt.Errorf("bar %d of our own picture is %v, not %v", i, m.At(at.X, at.Y), want)
		}
	}
	return nil
}
