//go:build peers

package main

import (
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// TestMeasuresAreObtained: every measurement gives a figure for baresip. How
// large it is says something about the machine only; it may sleep all the time.
func TestMeasuresAreObtained(t *testing.T) {
	if err := peertest.Need(peertest.Programs()...); err != nil {
		t.Fatal(err)
	}
	if err := peertest.Sweep(); err != nil {
		t.Fatal(err)
	}
	for _, m := range measures() {
		v, err := measureOnce(t.Context(), options{calls: 5, length: 2 * time.Second}, m, baresipSubject(), t.TempDir())
		if err != nil || v < 0 || v == 0 && m.key != "wakeups" {
			t.Errorf("%s: %v, %v", m.name, v, err)
		}
		t.Logf("%s: %.3f %s", m.name, v, m.unit)
	}
}
