//go:build guest

package paneltest

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/qemu/qmp"
	"github.com/imsphone/imsphone/hw/gpio"
	"github.com/imsphone/imsphone/hw/input"
)

// listen opens the devices of the guest: a keyboard, a tablet, and the line that
// the machine's power button is wired to.
func listen(t *testing.T, cfg input.Config) *input.Set {
	t.Helper()
	s, err := input.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// hears waits for these events, and for no others in between but that devices
// are there, and that a key which is to go up repeats: a busy host takes its time
// to let it go.
func hears(t *testing.T, s *input.Set, want ...string) {
	t.Helper()
	late := time.After(deadline)
	for i := 0; i < len(want); {
		select {
		case e := <-s.Events():
			held, up := strings.CutSuffix(want[i], " up")
			switch {
			case e.String() == want[i]:
				i++
			case e.Kind != input.Plugged && (!up || e.String() != held+" repeat"):
				t.Fatalf("heard %q of %s, want %q", e, e.Device, want[i])
			}
		case <-late:
			t.Fatalf("not heard within %v: %q", deadline, want[i])
		}
	}
}

// TestKeys presses each key of a dialler.
func TestKeys(t *testing.T) {
	m, s := machine(t), listen(t, input.Config{Keys: map[uint16]uint16{61: 169}})
	s.Keyboards(true)
	for qemu, name := range map[string]string{"1": "KEY_1", "0": "KEY_0", "ret": "KEY_ENTER", "up": "KEY_UP", "kp_multiply": "KEY_KPASTERISK",
		"volumeup": "KEY_VOLUMEUP", "f3": "KEY_PHONE", "backspace": "KEY_BACKSPACE"} {
		if err := m.Key(qemu); err != nil {
			t.Fatal(err)
		}
		hears(t, s, name+" down", name+" up")
	}
}

// TestHeldKey: a key that is held repeats until it is let go.
func TestHeldKey(t *testing.T) {
	m, s := machine(t), listen(t, input.Config{})
	s.Keyboards(true)
	press := func(down bool) {
		t.Helper()
		key := map[string]any{"down": down, "key": map[string]any{"type": "qcode", "data": "1"}}
		if err := m.Do("input-send-event", map[string]any{"events": []any{map[string]any{"type": "key", "data": key}}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	press(true)
	hears(t, s, "KEY_1 down", "KEY_1 repeat", "KEY_1 repeat")
	time.Sleep(200 * time.Millisecond) // some more of them
	press(false)
	hears(t, s, "KEY_1 up")
}

// TestTouch touches the corners and the middle of a screen that is built in in
// each way.
func TestTouch(t *testing.T) {
	m := machine(t)
	for _, rotate := range []int{0, 90, 180, 270} {
		w, h := width, height
		if rotate%180 != 0 {
			w, h = h, w
		}
		s := listen(t, input.Config{Width: w, Height: h, Rotate: rotate})
		for _, at := range [][2]int{{0, 0}, {width - 1, 0}, {0, height - 1}, {width - 1, height - 1}, {200, 300}} {
			if err := m.Touch(at[0], at[1], width, height); err != nil {
				t.Fatal(err)
			}
			x, y := seen(at[0], at[1], rotate)
			hears(t, s, fmt.Sprintf("touch 0 down at %d,%d", x, y), fmt.Sprintf("touch 0 up at %d,%d", x, y))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// seen gives the pixel of a picture, turned clockwise, that is at x, y of the
// screen: it turns back.
func seen(x, y, rotate int) (int, int) {
	w, h := width, height
	for ; rotate > 0; rotate -= 90 {
		x, y = y, w-1-x
		w, h = h, w
	}
	return x, y
}

// TestDrag moves a finger over the screen.
func TestDrag(t *testing.T) {
	m, s := machine(t), listen(t, input.Config{Width: width, Height: height})
	axis := func(name string, v, size int) map[string]any {
		return map[string]any{"type": "abs", "data": map[string]any{"axis": name, "value": (2*v + 1) * 0x7fff / (2 * size)}}
	}
	button := func(down bool) map[string]any {
		return map[string]any{"type": "btn", "data": map[string]any{"down": down, "button": "left"}}
	}
	send := func(events ...map[string]any) {
		if err := m.Do("input-send-event", map[string]any{"events": events}, nil); err != nil {
			t.Fatal(err)
		}
	}
	send(axis("x", 10, width), axis("y", 20, height), button(true))
	hears(t, s, "touch 0 down at 10,20")
	for x := 20; x < 100; x += 20 {
		send(axis("x", x, width))
		hears(t, s, fmt.Sprintf("touch 0 move at %d,20", x))
	}
	send(button(false))
	hears(t, s, "touch 0 up at 80,20")
}

// TestPlugged plugs a keyboard in and out, ten times.
func TestPlugged(t *testing.T) {
	m, s := machine(t), listen(t, input.Config{})
	s.Keyboards(true)
	for range 10 {
		if err := m.AddDevice(map[string]any{"driver": "usb-kbd", "id": "kbd", "bus": "usb.0"}); err != nil {
			t.Fatal(err)
		}
		hears(t, s, "QEMU QEMU USB Keyboard is there")
		if err := m.RemoveDevice("kbd"); err != nil {
			t.Fatal(err)
		}
		hears(t, s, "QEMU QEMU USB Keyboard is gone")
		gone(t, m)
	}
}

// gone waits until the machine has let go of the device.
func gone(t *testing.T, m *qmp.Client) {
	t.Helper()
	eventually(t, "the keyboard is unplugged", func() bool {
		text, err := m.Human("info usb")
		return err == nil && !strings.Contains(text, "Keyboard")
	})
}

// TestButton hears the machine's power button as the kernel's gpio-keys tells it.
func TestButton(t *testing.T) {
	m, s := machine(t), listen(t, input.Config{})
	if err := m.Do("system_powerdown", nil, nil); err != nil {
		t.Fatal(err)
	}
	hears(t, s, "KEY_POWER down", "KEY_POWER up")
}

// TestLine hears the same button at a bare line, as on boards without gpio-keys.
func TestLine(t *testing.T) {
	const chip, offset, driver = "/dev/gpiochip0", 3, "/sys/bus/platform/drivers/gpio-keys/"
	m := machine(t)
	if err := os.WriteFile(driver+"unbind", []byte("gpio-keys"), 0); err != nil {
		t.Fatal(err)
	}
	defer os.WriteFile(driver+"bind", []byte("gpio-keys"), 0)
	s := listen(t, input.Config{Lines: []input.Line{{Chip: chip, Line: gpio.Line{Offset: offset}, Code: 169}}})
	if i := slices.IndexFunc(s.Devices(), func(d input.Device) bool { return d.Node == chip }); i < 0 || s.Devices()[i].Err != nil {
		t.Fatalf("devices %+v", s.Devices())
	}
	if _, err := gpio.Open(chip, []gpio.Line{{Offset: offset}}); !errors.Is(err, gpio.ErrBusy) {
		t.Errorf("a line that is in use: %v", err)
	}
	for range 3 {
		if err := m.Do("system_powerdown", nil, nil); err != nil {
			t.Fatal(err)
		}
		hears(t, s, "KEY_PHONE down", "KEY_PHONE up")
	}
}
