package v4l2

import (
	"testing"
	"time"
)

// TestFormatOfBothInterfaces: what is packed for either interface is what is
// unpacked, so that the two layouts agree with each other.
func TestFormatOfBothInterfaces(t *testing.T) {
	want := Format{FourCC: NV12, Width: 320, Height: 240, Planes: 2}
	want.Plane = [MaxPlanes]PlaneFormat{{Stride: 384, Size: 384 * 240}, {Stride: 384, Size: 384 * 120}}
	f := pack(CaptureMP, want)
	if got := f.unpack(CaptureMP); got != want {
		t.Errorf("multi-planar: %+v, want %+v", got, want)
	}
	want.Planes, want.Plane[1] = 1, PlaneFormat{}
	f = pack(Output, want)
	if got := f.unpack(Output); got != want {
		t.Errorf("single-planar: %+v, want %+v", got, want)
	}
}

// TestFormatOfALyingDriver: a number of planes beyond the array is cut.
func TestFormatOfALyingDriver(t *testing.T) {
	f := format{}
	f.pixMP().numPlanes = 255
	if got := f.unpack(OutputMP).Planes; got != MaxPlanes {
		t.Errorf("%d planes, want %d", got, MaxPlanes)
	}
}

func TestRangeNearest(t *testing.T) {
	tests := []struct {
		r       Range
		n, want int
	}{
		{Range{2, 1920, 2}, 320, 320},
		{Range{2, 1920, 2}, 321, 322},
		{Range{2, 1920, 2}, 4000, 1920},
		{Range{16, 100, 16}, 5, 16},
		{Range{16, 100, 16}, 100, 96},
		{Range{640, 640, 1}, 320, 640},
		{Range{640, 640, 0}, 320, 640},
	}
	for _, tt := range tests {
		if got := tt.r.Nearest(tt.n); got != tt.want {
			t.Errorf("%+v nearest %d: %d, want %d", tt.r, tt.n, got, tt.want)
		}
	}
}

func TestIntervalDuration(t *testing.T) {
	for interval, want := range map[Interval]time.Duration{
		{1, 25}:            40 * time.Millisecond,
		{1001, 30000}:      33366666,
		{1, 0}:             0,
		{4e9, 1}:           4e9 * time.Second,
		{333333, 10000000}: 33333300,
	} {
		if got := interval.Duration(); got != want {
			t.Errorf("%v: %v, want %v", interval, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	if got := YUYV.String() + MJPEG.String() + FourCC('Y'|' '<<8|' '<<16|' '<<24).String() + FourCC(1).String(); got != "YUYVMJPGY????" {
		t.Errorf("names: %s", got)
	}
	if got := text([]byte("Cam\xff\x00junk")); got != "Cam?" {
		t.Errorf("text: %q", got)
	}
	if v, ok := H264Level(31); v != 9 || !ok {
		t.Errorf("level 3.1: %d %v", v, ok)
	}
	if _, ok := H264Level(99); ok {
		t.Error("level 9.9 exists")
	}
}
