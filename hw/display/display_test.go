package display

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestSizes holds the kernel's structures: what a C compiler says on 64-bit and
// on 32-bit ARM.
func TestSizes(t *testing.T) {
	long := unsafe.Sizeof(uintptr(0))
	for name, s := range map[string]struct{ got, want uintptr }{
		"resources":    {unsafe.Sizeof(drmResources{}), 64},
		"mode":         {unsafe.Sizeof(drmMode{}), 68},
		"connector":    {unsafe.Sizeof(drmConnector{}), 80},
		"encoder":      {unsafe.Sizeof(drmEncoder{}), 20},
		"crtc":         {unsafe.Sizeof(drmCRTC{}), 104},
		"create dumb":  {unsafe.Sizeof(drmCreateDumb{}), 32},
		"map dumb":     {unsafe.Sizeof(drmMapDumb{}), 16},
		"framebuffer":  {unsafe.Sizeof(drmFramebuffer{}), 28},
		"flip":         {unsafe.Sizeof(drmFlip{}), 24},
		"dirty":        {unsafe.Sizeof(drmDirty{}), 24},
		"clip":         {unsafe.Sizeof(drmClip{}), 8},
		"get property": {unsafe.Sizeof(drmGetProperty{}), 64},
		"set property": {unsafe.Sizeof(drmSetProperty{}), 16},
		"version":      {unsafe.Sizeof(drmVersion{}), map[uintptr]uintptr{4: 36, 8: 64}[long]},
		"fb variable":  {unsafe.Sizeof(fbVariable{}), 160},
		"fb fixed":     {unsafe.Sizeof(fbFixed{}), map[uintptr]uintptr{4: 68, 8: 80}[long]},
		"line length":  {unsafe.Offsetof(fbFixed{}.LineLength), map[uintptr]uintptr{4: 44, 8: 48}[long]},
		"mode of crtc": {unsafe.Offsetof(drmCRTC{}.Mode), 36},
		"GETRESOURCES": {drmIoctlResources, 0xc04064a0},
		"GETCONNECTOR": {drmIoctlConnector, 0xc05064a7},
		"SETCRTC":      {drmIoctlSetCRTC, 0xc06864a2},
		"PAGE_FLIP":    {drmIoctlFlip, 0xc01864b0},
		"DIRTYFB":      {drmIoctlDirty, 0xc01864b1},
		"CREATE_DUMB":  {drmIoctlCreateDumb, 0xc02064b2},
		"MAP_DUMB":     {drmIoctlMapDumb, 0xc01064b3},
		"DESTROY_DUMB": {drmIoctlDestroyDumb, 0xc00464b4},
		"SET_MASTER":   {drmIoctlSetMaster, 0x641e},
		"SETPROPERTY":  {drmIoctlSetProperty, 0xc01064ab},
		"GETPROPERTY":  {drmIoctlGetProperty, 0xc04064aa},
		"ADDFB":        {drmIoctlAddFB, 0xc01c64ae},
		"RMFB":         {drmIoctlRemoveFB, 0xc00464af},
		"GETENCODER":   {drmIoctlEncoder, 0xc01464a6},
		"VERSION":      {drmIoctlVersion, map[uintptr]uintptr{4: 0xc0246400, 8: 0xc0406400}[long]},
	} {
		if s.got != s.want {
			t.Errorf("%s: %#x, want %#x", name, s.got, s.want)
		}
	}
}

var (
	vga = connector{id: 30, name: "VGA-1", connected: false, modes: []drmMode{{Width: 1, Height: 1}}, encoders: []encoder{{1, 10, 1}}}
	tv  = connector{id: 31, name: "HDMI-A-1", connected: true, encoder: 3,
		encoders: []encoder{{2, 10, 1}, {3, 11, 2}},
		modes:    []drmMode{{Width: 640, Height: 480}, {Width: 1920, Height: 1080, Type: drmPreferred}, {Width: 800, Height: 480}}}
	lcd = connector{id: 32, name: "DPI-1", connected: true, encoders: []encoder{{4, 0, 4}}, modes: []drmMode{{Width: 320, Height: 240}}}
)

func TestChoose(t *testing.T) {
	crtcs := []uint32{10, 11, 12}
	tests := []struct {
		name       string
		connectors []connector
		w, h       int
		id, crtc   uint32
		width      uint16
	}{
		{"preferred mode, its own CRTC", []connector{vga, tv, lcd}, 0, 0, 31, 11, 1920},
		{"a mode that is wished for", []connector{vga, tv}, 800, 480, 31, 11, 800},
		{"a wish that can't be", []connector{vga, tv}, 480, 640, 31, 11, 1920},
		{"the first mode, the first CRTC that can", []connector{vga, lcd}, 0, 0, 32, 12, 320},
	}
	for _, tt := range tests {
		out, err := choose(tt.connectors, crtcs, tt.w, tt.h)
		if err != nil || out.connector.id != tt.id || out.crtc != tt.crtc || out.mode.Width != tt.width {
			t.Errorf("%s: %d by %d, %d pixels wide, %v", tt.name, out.connector.id, out.crtc, out.mode.Width, err)
		}
	}
	for name, none := range map[string][]connector{"no connector": nil, "nothing plugged in": {vga},
		"no CRTC": {{name: "x", connected: true, encoders: []encoder{{1, 0, 8}}, modes: lcd.modes}},
		"no mode": {{name: "x", connected: true, encoders: lcd.encoders}}} {
		if _, err := choose(none, crtcs, 0, 0); !errors.Is(err, ErrNoScreen) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func variable(bits uint32, red, green, blue fbBitfield) *fbVariable {
	return &fbVariable{XRes: 320, YRes: 240, BitsPerPixel: bits, Red: red, Green: green, Blue: blue}
}

func eight(offset uint32) fbBitfield { return fbBitfield{Offset: offset, Length: 8} }

func TestPixels(t *testing.T) {
	for _, tt := range []struct {
		v    *fbVariable
		want format
	}{
		{variable(32, eight(16), eight(8), eight(0)), xrgb8888},
		{variable(32, eight(0), eight(8), eight(16)), xbgr8888},
		{variable(16, fbBitfield{11, 5, 0}, fbBitfield{5, 6, 0}, fbBitfield{0, 5, 0}), rgb565},
		{variable(16, fbBitfield{10, 5, 0}, fbBitfield{5, 5, 0}, fbBitfield{0, 5, 0}), 0},
		{variable(24, eight(16), eight(8), eight(0)), 0},
		{variable(8, eight(0), eight(0), eight(0)), 0},
	} {
		if got, err := tt.v.pixels(); got != tt.want || (err == nil) != (tt.want != 0) {
			t.Errorf("%d bits, red at %d: %d, %v", tt.v.BitsPerPixel, tt.v.Red.Offset, got, err)
		}
	}
}

func TestLayOut(t *testing.T) {
	v := variable(32, eight(16), eight(8), eight(0))
	v.YOffset, v.XOffset = 240, 2
	f := &fbFixed{MemoryLength: 1288 * 480, LineLength: 1288}
	fr, start, err := layOut(v, f)
	if err != nil || start != 240*1288+8 || fr.w != 320 || fr.h != 240 || fr.stride != 1288 {
		t.Errorf("%+v at %d, %v", fr, start, err)
	}
	for name, broken := range map[string]func(){
		"less memory": func() { f.MemoryLength = 1288*480 - 1288 },
		"short lines": func() { f.LineLength = 1000 },
		"no mode":     func() { v.XRes = 0 },
	} {
		sv, sf := *v, *f
		broken()
		if _, _, err := layOut(v, f); err == nil {
			t.Errorf("%s: no error", name)
		}
		*v, *f = sv, sf
	}
}

// TestBacklight switches lights of both kinds in a made-up sysfs.
func TestBacklight(t *testing.T) {
	root := t.TempDir()
	light := func(name string, files map[string]string) {
		for file, text := range files {
			path := filepath.Join(root, name, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	content := func(name, file string) string {
		text, err := os.ReadFile(filepath.Join(root, name, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	light("a-power", map[string]string{"bl_power": "0", "brightness": "7"})
	light("dim", map[string]string{"brightness": "5", "max_brightness": "9"})

	power, dim := findBacklight(root, ""), findBacklight(root, "dim")
	for _, on := range []bool{false, false, true} {
		if err := errors.Join(power.set(on), dim.set(on)); err != nil {
			t.Fatal(err)
		}
		wantPower, wantDim := "4", "0"
		if on {
			wantPower, wantDim = "0", "5"
		}
		if p, d := content("a-power", "bl_power"), content("dim", "brightness"); p != wantPower || d != wantDim {
			t.Errorf("on %v: %s, %s", on, p, d)
		}
	}
	dark := findBacklight(root, "dim") // a phone that finds the light switched off
	light("dim", map[string]string{"brightness": "0"})
	if err := dark.set(true); err != nil || content("dim", "brightness") != "9" {
		t.Errorf("%v, %s", err, content("dim", "brightness"))
	}
	if findBacklight(root, "none").dir != "" {
		t.Error("there is a light of another name")
	}
}

// TestBacklightThatCantBeWritten: the screen is switched off in its place, and is
// what is switched on again, whatever the light lets one do by then.
func TestBacklightThatCantBeWritten(t *testing.T) {
	root := t.TempDir()
	light := backlight{dir: filepath.Join(root, "gone")}
	screen := func(told *[]bool) func(bool) error {
		return func(on bool) error { *told = append(*told, on); return nil }
	}
	var told []bool
	if err := light.toggle(false, screen(&told)); err != nil || !slices.Equal(told, []bool{false}) {
		t.Errorf("off: %v, screen %v", err, told)
	}
	if err := os.Mkdir(light.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	power := filepath.Join(light.dir, "bl_power")
	if err := os.WriteFile(power, []byte("0"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := light.toggle(true, screen(&told)); err != nil || !slices.Equal(told, []bool{false, true}) {
		t.Errorf("on: %v, screen %v", err, told)
	}
	if err := light.toggle(false, screen(&told)); err != nil || len(told) != 2 {
		t.Errorf("the light can be written: %v, screen %v", err, told)
	}
	if text, err := os.ReadFile(power); err != nil || string(text) != blankPowerDown {
		t.Errorf("%q, %v", text, err)
	}
	never := func(bool) error { return errNoSwitch }
	if err := (&backlight{dir: filepath.Join(root, "none")}).toggle(false, never); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("neither can be switched: %v", err)
	}
	if err := new(backlight).toggle(false, never); err != nil {
		t.Errorf("there is nothing to switch: %v", err)
	}
}

func TestDesktopAmong(t *testing.T) {
	const head = "Num       RefCount Protocol Flags    Type St Inode Path\n"
	line := func(path string) string {
		return "ffff8ce245a1b000: 00000002 00000000 00010000 0001 01 12345" + path + "\n"
	}
	for path, want := range map[string]bool{
		" @/tmp/.X11-unix/X0": true, " /tmp/.X11-unix/X0": true, " /run/user/1000/wayland-0": true, " /run/user/109/wayland-12": true,
		"": false, " /tmp/.X11-unix/X1": false, " /run/X0": false, " /run/user/1000/wayland-": false, " /run/user/1000/wayland-0.lock": false,
		" /run/imsphone/control.sock": false,
	} {
		if got := desktopAmong(head + line("") + line(path) + line(" /run/systemd/notify")); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
	if desktopAmong("") || desktopAmong(head) {
		t.Error("no socket is a desktop")
	}
}

// TestUnseen: a card's framebuffer is no way round its owner.
func TestUnseen(t *testing.T) {
	for _, test := range []struct {
		node  string
		tried error
		want  bool
	}{
		{"/dev/dri/card1", ErrBusy, false}, {"/dev/fb0", nil, false}, {"/dev/fb0", ErrFormat, false},
		{"/dev/fb0", errors.Join(ErrFormat, ErrNoScreen), true}, {"/dev/fb0", fmt.Errorf("card0: %w", ErrBusy), true},
	} {
		if got := unseen(test.node, test.tried); got != test.want {
			t.Errorf("%s after %v: %v", test.node, test.tried, got)
		}
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	if _, err := Open(Config{Rotate: 45}); err == nil {
		t.Error("45 degrees")
	}
	for _, node := range []string{"/dev/dri/card99", "/dev/fb99"} {
		if _, err := Open(Config{Device: node}); !errors.Is(err, ErrNoDevice) {
			t.Errorf("%s: %v", node, err)
		}
	}
	for kernel, want := range map[error]error{unix.EACCES: ErrDenied, unix.EBUSY: ErrBusy, unix.ENODEV: ErrGone, ErrNoScreen: ErrNoScreen} {
		if err := explain(kernel); !errors.Is(err, want) || !errors.Is(err, kernel) {
			t.Errorf("%v became %v", kernel, err)
		}
	}
}
