//go:build guest

package paneltest

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/qemu"
	"github.com/imsphone/imsphone/cmd/internal/qemu/qmp"
)

// The screen that the guest is started with.
const width, height = 480, 640

// deadline is when something that the machine does at once has not happened:
// long, since the host may be busy.
const deadline = 30 * time.Second

// connect greets the guest's own machine, which wants that once.
var connect = sync.OnceValues(func() (*qmp.Client, error) {
	port, err := os.OpenFile(qemu.QMPPort, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return qmp.New(port)
})

// machine speaks with the guest's own machine.
func machine(t *testing.T) *qmp.Client {
	t.Helper()
	c, err := connect()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// screen takes a picture of what a display device of the machine shows, as a
// pixmap: lines of red, green and blue after a header.
func screen(t *testing.T, m *qmp.Client, device string) *image.RGBA {
	t.Helper()
	const name = "screen.ppm"
	err := m.Do("screendump", map[string]any{"filename": filepath.Join(os.Getenv(qemu.JobDir), name), "format": "ppm", "device": device}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join("/job", name))
	if err != nil {
		t.Fatal(err)
	}
	var w, h, most int
	if _, err := fmt.Fscanf(bytes.NewReader(b), "P6\n%d %d\n%d\n", &w, &h, &most); err != nil || most != 255 || len(b) < 3*w*h {
		t.Fatalf("%d bytes are no picture: %v", len(b), err)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	rgb := b[len(b)-3*w*h:]
	for i := range w * h {
		copy(out.Pix[4*i:], rgb[3*i:3*i+3])
		out.Pix[4*i+3] = 255
	}
	return out
}

// eventually waits until done; some devices are drawn on a little later.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, deadline)
		}
	}
}
