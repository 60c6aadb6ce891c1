//go:build linux

package standstill

import (
	"testing"
	"time"
)

// TestLongest: the longest time counts, and only what was since Forget.
func TestLongest(t *testing.T) {
	var v Vigil
	for _, ms := range []time.Duration{1, 30, 2} {
		v.awake(ms * time.Millisecond)
	}
	if got := v.Longest(); got != 30*time.Millisecond {
		t.Errorf("%v", got)
	}
	v.Forget()
	v.awake(3 * time.Millisecond)
	if got := v.Longest(); got != 3*time.Millisecond {
		t.Errorf("after Forget: %v", got)
	}
}
