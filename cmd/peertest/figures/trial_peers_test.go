//go:build peers

package main

import (
	"testing"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// TestTrialsAreObtained: every trial gives all its figures for both sides. The
// round trips say that it was the right thing that was measured.
func TestTrialsAreObtained(t *testing.T) {
	if err := peertest.Need(append(peertest.Programs(), peertest.IMSPrograms()...)...); err != nil {
		t.Fatal(err)
	}
	if err := peertest.Sweep(); err != nil {
		t.Fatal(err)
	}
	binary, err := peertest.BuildPhone(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, trial := range trials() {
		if trial.esp {
			continue // make figures obtains them in a guest
		}
		for _, s := range trial.sides {
			v, err := s.runOnce(t.Context(), options{renewals: 2, binary: binary}, t.TempDir())
			if err != nil || len(v) != len(trial.figures) {
				t.Errorf("%s, %s: %v, %v", trial.key, s.name, v, err)
				continue
			}
			for i, f := range trial.figures {
				if f.name == "round trips" && v[i] != float64(s.trips) {
					t.Errorf("%s, %s: %v round trips", trial.key, s.name, v[i])
				}
			}
		}
	}
}
