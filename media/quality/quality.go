package quality

import (
	"math"
	"strings"
	"time"
)

// Impairment is what a codec costs on the R scale (ITU-T G.113).
type Impairment struct {
	Ie  float64 // equipment impairment factor
	Bpl float64 // packet loss robustness factor
}

// Codec gives the impairment of a codec, named as in a=rtpmap. Any other codec
// counts as G.711.
//
// G.711 with loss concealment has Ie 0 and Bpl 25.1, AMR at 12.2 kbit/s 5 and
// 10, G.723.1 at 6.3 kbit/s 15 and 16.1, G.729A 11 and 19 (G.113 appendix I).
// G.722 is wideband, and its own scale (G.107.1) ends at 129, not at 100. So
// that figures of calls can be compared, it counts here as the narrowband codec
// that it is at least as good as, G.711 with concealment; its true score is
// higher.
func Codec(name string) Impairment {
	switch strings.ToUpper(name) {
	case "AMR":
		return Impairment{Ie: 5, Bpl: 10}
	case "G723":
		return Impairment{Ie: 15, Bpl: 16.1}
	case "G729":
		return Impairment{Ie: 11, Bpl: 19}
	}
	return Impairment{Ie: 0, Bpl: 25.1}
}

// Input is what was measured of a stream.
type Input struct {
	Codec Impairment
	// Lost is the share of frames that could not be played, lost and too late
	// together, 0 to 1.
	Lost float64
	// BurstRatio is BurstR; values below 1, and 0 for not measured, count as 1.
	BurstRatio float64
	// Jitter is the interarrival jitter (RFC 3550 §6.4.1).
	Jitter time.Duration
	// RoundTrip is the network's round trip time, 0 for not known.
	RoundTrip time.Duration
	// OneWay is the delay from mouth to ear.
	OneWay time.Duration
}

// Quality describes how one direction of a call sounds.
type Quality struct {
	LossPercent   float64 `json:"lossPercent"`
	JitterMS      float64 `json:"jitterMs"`
	RoundTripMS   float64 `json:"roundTripMs"`
	OneWayDelayMS float64 `json:"oneWayDelayMs"`
	// R is the E-model's rating, 0 to 100.
	R float64 `json:"r"`
	// MOS is the mean opinion score, 1 to 4.5.
	MOS float64 `json:"mos"`
}

// Estimate rates a stream. Whatever the input, R lies within 0 to 100.
func Estimate(in Input) Quality {
	p := Defaults()
	p.Ie, p.Bpl = in.Codec.Ie, in.Codec.Bpl
	p.Ppl = 100 * clamp(in.Lost, 0, 1)
	p.BurstR = max(1, in.BurstRatio)
	p.Ta = max(0, milliseconds(in.OneWay))
	r := clamp(p.R(), 0, 100)
	return Quality{
		LossPercent:   p.Ppl,
		JitterMS:      milliseconds(in.Jitter),
		RoundTripMS:   milliseconds(in.RoundTrip),
		OneWayDelayMS: milliseconds(in.OneWay),
		R:             r,
		MOS:           MOS(r),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// clamp holds x within low and high; what is no number becomes low.
func clamp(x, low, high float64) float64 {
	if math.IsNaN(x) {
		return low
	}
	return min(max(x, low), high)
}
