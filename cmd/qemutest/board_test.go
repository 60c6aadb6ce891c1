//go:build qemu

package qemutest

import (
	"fmt"
	"testing"
	"time"
)

// TestSinceStart: the time of the event is found, whichever is earlier in the
// clock's whole seconds, and at midnight.
func TestSinceStart(t *testing.T) {
	for _, test := range []struct {
		event string
		now   int64 // s
		up    float64
		want  time.Duration
	}{
		{"12:00:10.500", 12*3600 + 15, 40, 35500 * time.Millisecond},
		{"12:00:15.250", 12*3600 + 15, 32, 32250 * time.Millisecond}, // in the same second
		{"23:59:58.000", 86400 + 2, 40, 36 * time.Second},
	} {
		text := fmt.Sprintf("imsphone: %s INF account=board0 event=registered\n%d\n%.2f\n", test.event, test.now, test.up)
		if got, err := sinceStart(text); err != nil || (got-test.want).Abs() > time.Millisecond {
			t.Errorf("%q: %v, %v; want %v", text, got, err, test.want)
		}
	}
}
