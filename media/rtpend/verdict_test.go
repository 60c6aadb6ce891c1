package rtpend

import "testing"

func TestVerdicts(t *testing.T) {
	seen := map[string]bool{}
	for v := range Verdict(verdicts) {
		if w := v.String(); w == "" || w == "unknown" || seen[w] {
			t.Errorf("verdict %d is %q", v, w)
		} else {
			seen[w] = true
		}
	}
	if w := Verdict(verdicts).String(); w != "unknown" {
		t.Error(w)
	}
}
