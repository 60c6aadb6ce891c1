package gpio

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestSizes holds the kernel's structures, which are the same everywhere.
func TestSizes(t *testing.T) {
	for name, s := range map[string]struct{ got, want uintptr }{
		"attribute":  {unsafe.Sizeof(gpioAttr{}), 24},
		"config":     {unsafe.Sizeof(gpioConfig{}), 272},
		"request":    {unsafe.Sizeof(gpioRequest{}), 592},
		"values":     {unsafe.Sizeof(gpioValues{}), 16},
		"config at":  {unsafe.Offsetof(gpioRequest{}.Config), 288},
		"attrs at":   {unsafe.Offsetof(gpioConfig{}.Attrs), 32},
		"GET_LINE":   {gpioGetLine, 0xc250b407},
		"GET_VALUES": {gpioGetValues, 0xc010b40e},
	} {
		if s.got != s.want {
			t.Errorf("%s: %#x, want %#x", name, s.got, s.want)
		}
	}
}

func TestRequest(t *testing.T) {
	r, err := request([]Line{
		{Offset: 5}, {Offset: 7, ActiveLow: true, PullUp: true, Debounce: 5 * time.Millisecond},
		{Offset: 9, ActiveLow: true, PullUp: true, Debounce: 5 * time.Millisecond}, {Offset: 1, PullDown: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Offsets[:5], []uint32{5, 7, 9, 1, 0}) || r.NumLines != 4 || r.Config.Flags != 0x34 || r.Config.NumAttrs != 3 {
		t.Errorf("%+v", r)
	}
	want := []gpioAttr{
		{ID: gpioAttrFlags, Value: 0x136, Mask: 0b0110}, {ID: gpioAttrDebounce, Value: 5000, Mask: 0b0110}, {ID: gpioAttrFlags, Value: 0x234, Mask: 0b1000},
	}
	if got := r.Config.Attrs[:3]; !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestRequestsThatCantBe(t *testing.T) {
	var kinds []Line
	for i := range maxAttrs + 1 {
		kinds = append(kinds, Line{Offset: i, Debounce: time.Duration(i+1) * time.Millisecond})
	}
	for name, lines := range map[string][]Line{"none": nil, "too many": make([]Line, 65), "too many kinds": kinds} {
		if _, err := request(lines); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEdge(t *testing.T) {
	b := make([]byte, eventSize)
	binary.NativeEndian.PutUint32(b[8:], 1)
	binary.NativeEndian.PutUint32(b[12:], 17)
	if e := edge(b); e != (Edge{17, true}) {
		t.Errorf("%+v", e)
	}
	binary.NativeEndian.PutUint32(b[8:], 2)
	if e := edge(b); e != (Edge{17, false}) {
		t.Errorf("%+v", e)
	}
}

func TestErrors(t *testing.T) {
	if _, err := Open("/dev/gpiochip999", []Line{{}}); !errors.Is(err, unix.ENOENT) {
		t.Errorf("got %v", err)
	}
	for kernel, want := range map[error]error{unix.EBUSY: ErrBusy, unix.EACCES: ErrDenied, unix.EINVAL: unix.EINVAL, unix.EIO: unix.EIO} {
		if err := fail("/dev/gpiochip0", kernel); !errors.Is(err, want) {
			t.Errorf("%v became %v", kernel, err)
		}
	}
}
