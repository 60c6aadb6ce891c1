package quality

import (
	"math"
	"testing"
	"time"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %.4f, want %.4f ± %g", what, got, want, tolerance)
	}
}

// G.107 states R = 93.2 for its defaults, which is a score of 4.41.
func TestDefaults(t *testing.T) {
	r := Defaults().R()
	near(t, "R", r, 93.2, 0.05)
	near(t, "MOS", MOS(r), 4.41, 0.005)
}

// G.107 annex B, G.109 table 1: the borders of the categories.
func TestMOS(t *testing.T) {
	for _, c := range []struct{ r, mos float64 }{
		{-5, 1}, {0, 1}, {3, 1}, {50, 2.58}, {60, 3.10}, {70, 3.60}, {80, 4.03}, {90, 4.34}, {93.2, 4.41}, {100, 4.5}, {120, 4.5},
	} {
		near(t, "MOS", MOS(c.r), c.mos, 0.0065)
	}
}

func TestMOSRises(t *testing.T) {
	for r := -10.0; r < 110; r += 0.1 {
		if MOS(r+0.1) < MOS(r) {
			t.Fatalf("MOS(%.1f) < MOS(%.1f)", r+0.1, r)
		}
	}
}

// The delay term: none up to 100 ms, continuous there; 150 ms is hardly
// noticed, 400 ms costs about 24 (G.114 figure 1 shows the same curve).
func TestAbsoluteDelay(t *testing.T) {
	for _, c := range []struct{ ms, idd, tolerance float64 }{
		{0, 0, 0}, {100, 0, 0}, {100.001, 0, 1e-3}, {150, 0.165, 0.05}, {200, 3.0, 0.2}, {400, 23.5, 1},
	} {
		near(t, "Idd", AbsoluteDelay(c.ms), c.idd, c.tolerance)
	}
	for ms := 100.0; ms < 2000; ms += 10 {
		if AbsoluteDelay(ms+10) < AbsoluteDelay(ms) {
			t.Fatalf("less impairment at %.0f ms than at %.0f", ms+10, ms)
		}
	}
}

// Ie,eff by hand: 95 · Ppl / (Ppl/BurstR + Bpl).
func TestLoss(t *testing.T) {
	g711 := Codec("PCMA")
	for _, c := range []struct{ lost, burst, cost float64 }{
		{0, 1, 0},
		{0.01, 1, 95 * 1 / (1 + 25.1)},
		{0.05, 1, 95 * 5 / (5 + 25.1)},
		{0.05, 2, 95 * 5 / (2.5 + 25.1)},
		{0.05, 0, 95 * 5 / (5 + 25.1)},
	} {
		q := Estimate(Input{Codec: g711, Lost: c.lost, BurstRatio: c.burst})
		near(t, "R", q.R, 93.206-c.cost, 0.01)
	}
}

// The published effect of a codec without loss is its Ie.
func TestCodec(t *testing.T) {
	for name, ie := range map[string]float64{"PCMU": 0, "g722": 0, "AMR": 5, "G723": 15, "G729": 11, "other": 0} {
		near(t, name, Estimate(Input{Codec: Codec(name)}).R, 93.206-ie, 0.01)
	}
}

func TestEchoTerms(t *testing.T) {
	for name, change := range map[string]func(*Parameters){
		"talker echo":   func(p *Parameters) { p.T, p.TELR = 100, 30 },
		"listener echo": func(p *Parameters) { p.Tr, p.WEPL = 300, 10 },
		"loud sidetone": func(p *Parameters) { p.STMR = 5 },
		"no sidetone":   func(p *Parameters) { p.STMR = 30; p.T = 30 },
		"noise":         func(p *Parameters) { p.Nc = -50 },
		"quantisation":  func(p *Parameters) { p.Qdu = 14 },
		"loudness":      func(p *Parameters) { p.SLR = 18 },
	} {
		p := Defaults()
		change(&p)
		if r := p.R(); math.IsNaN(r) || r > 92.5 {
			t.Errorf("%s: R = %.2f, want well below the default's 93.2", name, r)
		}
	}
}

func TestEstimateIsBounded(t *testing.T) {
	for _, in := range []Input{
		{Lost: math.NaN()}, {Lost: -1}, {Lost: 7, OneWay: time.Hour}, {OneWay: -time.Hour},
		{BurstRatio: math.NaN(), Lost: 0.5}, {BurstRatio: math.Inf(1), Lost: 1}, {Codec: Impairment{Bpl: 0}, Lost: 1},
	} {
		q := Estimate(in)
		if !(q.R >= 0 && q.R <= 100 && q.MOS >= 1 && q.MOS <= 4.5 && q.LossPercent >= 0 && q.LossPercent <= 100) {
			t.Errorf("%+v: %+v is out of bounds", in, q)
		}
	}
	q := Estimate(Input{Codec: Codec("PCMU"), Jitter: 12 * time.Millisecond, RoundTrip: 80 * time.Millisecond, OneWay: 95500 * time.Microsecond})
	near(t, "jitter", q.JitterMS, 12, 0)
	near(t, "round trip", q.RoundTripMS, 80, 0)
	near(t, "one way", q.OneWayDelayMS, 95.5, 0)
}
