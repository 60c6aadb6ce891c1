package qemutest

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/raster"
)

// Panel is a board's screen with touch and a keyboard, as a person has it: it is
// looked at, and pressed where the button is.
type Panel struct {
	board *Board
	shell *Shell
	dir   string // of the screenshots
	size  image.Point
}

// PanelDevices are the devices of a Panel of 480 × 640 pixels.
var PanelDevices = []string{"virtio-gpu-pci,xres=480,yres=640", "virtio-keyboard-pci", "virtio-tablet-pci"}

// NewPanel is the screen of a board that has PanelDevices. Screenshots are kept in
// IMSPHONE_SCREENS, where that is set.
func NewPanel(b *Board, shell *Shell) (*Panel, error) {
	dir := os.Getenv("IMSPHONE_SCREENS")
	if dir == "" {
		var err error
		if dir, err = b.site.scratch("screens"); err != nil {
			return nil, err
		}
	}
	return &Panel{board: b, shell: shell, dir: dir, size: image.Pt(480, 640)}, os.MkdirAll(dir, 0o755)
}

// Face is what the phone's screen should show: its face in the state that the
// phone tells of, with these pictures.
func (p *Panel) Face(ctx context.Context, pictures screen.Pictures) (*screen.Core, error) {
	var status actors.Status
	if err := p.shell.JSON(ctx, "status", &status); err != nil {
		return nil, err
	}
	face := screen.New(screen.Config{Size: p.size})
	now := time.Now()
	face.Step(now, screen.Status{Status: status}, nil)
	face.Step(now, pictures, nil)
	return face, nil
}

// Touch presses a button of a face.
func (p *Panel) Touch(face *screen.Core, does screen.Does, digit rune) error {
	for _, it := range screen.Arrange(face.View(), p.size) {
		if it.Button.Does == does && it.Button.Digit == digit {
			at := it.Rect.Min.Add(it.Rect.Max).Div(2)
			return p.board.QMP.Touch(at.X, at.Y, p.size.X, p.size.Y)
		}
	}
	return fmt.Errorf("in %s there is no button to %s", face.View().Mode, does)
}

// Shot is what the screen shows; it is kept under its name.
func (p *Panel) Shot(name string) (image.Image, error) {
	path, err := filepath.Abs(filepath.Join(p.dir, name+".png"))
	if err != nil {
		return nil, err
	}
	if err := p.board.QMP.Screenshot(path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}

// Await looks at the screen until it is as look wants it. The error is look's last
// one.
func (p *Panel) Await(ctx context.Context, name string, look func(image.Image) error) error {
	often := time.NewTicker(300 * time.Millisecond)
	defer often.Stop()
	for {
		m, err := p.Shot(name)
		if err != nil {
			return err
		}
		if err = look(m); err == nil {
			return nil
		}
		select {
		case <-often.C:
		case <-ctx.Done():
			return fmt.Errorf("the screen (%s.png) isn't what it should be: %w", name, errors.Join(err, ctx.Err()))
		}
	}
}

// Shows compares a screenshot with a face, below the bar with the clock. Where
// seconds count, a little may differ.
func (p *Panel) Shows(face *screen.Core) func(image.Image) error {
	return func(m image.Image) error {
		painter, err := raster.New(p.size)
		if err != nil {
			return err
		}
		painter.Paint(screen.Arrange(face.View(), p.size))
		below := image.Rectangle{Min: image.Pt(0, barHeight), Max: p.size}
		if m.Bounds().Size() != p.size {
			return fmt.Errorf("it is %v large", m.Bounds().Size())
		}
		if n := differ(m, painter.Image(), below); n > below.Dx()*below.Dy()/200 {
			return fmt.Errorf("%d pixels differ from the view %s", n, face.View().Mode)
		}
		return nil
	}
}

// barHeight is where the bar at the top ends, in pixels.
const barHeight = 48

// differ counts pixels in r that aren't the same.
func differ(a, b image.Image, r image.Rectangle) (n int) {
	one, other := pixels(a, r), pixels(b, r)
	for i := 0; i < len(one.Pix); i += 4 {
		if [3]byte(one.Pix[i:]) != [3]byte(other.Pix[i:]) {
			n++
		}
	}
	return n
}

func pixels(m image.Image, r image.Rectangle) *image.RGBA {
	c := image.NewRGBA(image.Rectangle{Max: r.Size()})
	draw.Draw(c, c.Rect, m, r.Min, draw.Src)
	return c
}
