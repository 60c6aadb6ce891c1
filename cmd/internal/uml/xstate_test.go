package uml

import "testing"

func TestHasFeature(t *testing.T) {
	const info = "processor\t: 0\nflags\t\t: fpu avx512f amx_tile amx_int8\nbugs\t\t: spectre_v1\n"
	for name, want := range map[string]bool{"amx_tile": true, "fpu": true, "amx": false, "spectre_v1": false} {
		if hasFeature(info, name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	if hasFeature("", "fpu") {
		t.Error("a feature of nothing")
	}
}
