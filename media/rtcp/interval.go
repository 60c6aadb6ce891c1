package rtcp

import (
	"math"
	"time"
)

// Timing is what the report interval depends on (RFC 3550 §6.3.1 and A.7).
type Timing struct {
	// Bandwidth is RTCP's share in bytes a second, commonly 5 % of the
	// session's.
	Bandwidth float64
	// Members and Senders count the participants, ourselves included; between
	// two peers 2, and 0 to 2.
	Members, Senders int
	// WeSent tells that we have sent since the second last report.
	WeSent bool
	// AverageSize is that of compounds, in bytes with their UDP and IP headers.
	AverageSize float64
	// Initial is set until the first report: half the minimum is enough.
	Initial bool
	// Minimum is the shortest mean interval; 0 is §6.2's five seconds.
	Minimum time.Duration
}

// compensation makes up for timer reconsideration, which shortens the mean
// (§6.3.1).
const compensation = math.E - 1.5

const defaultMinimum = 5 * time.Second

// Interval gives the time to the next report. random lies in [0, 1) and spreads
// the reports over 0.5 to 1.5 of the computed interval, so that peers don't
// fall into step.
func (t Timing) Interval(random float64) time.Duration {
	minimum := t.Minimum
	if minimum <= 0 {
		minimum = defaultMinimum
	}
	if t.Initial {
		minimum /= 2
	}
	interval := minimum.Seconds()
	bandwidth, members := t.share()
	if bandwidth > 0 {
		interval = max(interval, t.AverageSize*members/bandwidth)
	}
	return time.Duration(interval * (random + 0.5) / compensation * float64(time.Second))
}

// share gives the bandwidth and the members that share it: where senders are
// few, a quarter of the bandwidth is theirs.
func (t Timing) share() (bandwidth, members float64) {
	bandwidth, members = t.Bandwidth, float64(t.Members)
	if 4*t.Senders > t.Members {
		return bandwidth, members
	}
	if t.WeSent {
		return bandwidth / 4, float64(t.Senders)
	}
	return bandwidth * 3 / 4, members - float64(t.Senders)
}

// Average moves the mean size of compounds by one more of size bytes (§6.3.3).
func Average(mean, size float64) float64 { return mean + (size-mean)/16 }
