package dtmf

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/tone"
)

// TestFrequencies are the keys of ITU-T Q.23.
func TestFrequencies(t *testing.T) {
	for key, want := range map[rune][2]float64{
		'1': {697, 1209}, '2': {697, 1336}, '3': {697, 1477}, 'A': {697, 1633},
		'4': {770, 1209}, '5': {770, 1336}, '6': {770, 1477}, 'B': {770, 1633},
		'7': {852, 1209}, '8': {852, 1336}, '9': {852, 1477}, 'C': {852, 1633},
		'*': {941, 1209}, '0': {941, 1336}, '#': {941, 1477}, 'D': {941, 1633},
	} {
		e, _ := ParseDigit(key)
		if low, high, ok := Frequencies(e); !ok || low != want[0] || high != want[1] {
			t.Errorf("%c: %v and %v", key, low, high)
		}
	}
	for _, e := range []Event{Flash, 17, 255} {
		if _, _, ok := Frequencies(e); ok {
			t.Errorf("%v has a tone", e)
		}
	}
}

func TestInbandTones(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		n := NewInband(rate)
		n.Press(15, 100*time.Millisecond)
		n.Press(1, 0)
		ms := rate / 1000
		pcm := slices.Repeat([]int16{99}, 300*ms)
		for i := 0; i < len(pcm); i += 20 * ms {
			n.Fill(pcm[i : i+20*ms])
		}
		for _, tt := range []struct {
			from, to int
			hz       [2]float64
		}{{0, 100, [2]float64{941, 1633}}, {160, 200, [2]float64{697, 1209}}} {
			part := pcm[tt.from*ms : tt.to*ms]
			low, high := tone.Level(part, rate, tt.hz[0]), tone.Level(part, rate, tt.hz[1])
			if math.Abs(low+11) > 0.5 || math.Abs(high+9) > 0.5 {
				t.Errorf("%d Hz, %d ms: %.1f and %.1f dBm0", rate, tt.from, low, high)
			}
		}
		for i, v := range pcm {
			at := i / ms
			if pause := at >= 100 && at < 160 || at >= 200 && at < 260; pause && v != 0 {
				t.Fatalf("%d Hz: sample %d of a pause is %d", rate, i, v)
			}
			if at >= 260 && v != 99 {
				t.Fatalf("%d Hz: sample %d of the audio is %d", rate, i, v)
			}
		}
		if n.Busy() {
			t.Error("still busy")
		}
	}
}

func TestInbandRefuses(t *testing.T) {
	n := NewInband(8000)
	if n.Press(Flash, time.Second) || n.Busy() {
		t.Error("flash has a tone")
	}
	for range maxQueue {
		if !n.Press(1, 0) {
			t.Fatal("full too early")
		}
	}
	if n.Press(1, 0) {
		t.Error("the queue has no end")
	}
}

func TestInbandDoesNotAllocate(t *testing.T) {
	n, pcm := NewInband(8000), make([]int16, 160)
	for range maxQueue {
		n.Press(1, 0)
	}
	if a := testing.AllocsPerRun(100, func() { n.Fill(pcm) }); a != 0 || !n.Busy() {
		t.Errorf("%v allocations", a)
	}
}
