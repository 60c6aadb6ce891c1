package jitter

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"
	"time"
)

// network is a simulated path with its impairments.
type network struct {
	loss      float64 // of packets, in bursts of burst packets on average
	burst     float64
	delay     func(*rand.Rand) time.Duration
	reorder   bool    // packets overtake each other
	duplicate float64 // of packets
	ppm       float64 // how much faster the sender's clock runs
	talk      int     // packets of a talkspurt, each followed by a pause as long; 0 for no pauses
}

type arrival struct {
	at     time.Time
	packet Packet
}

const frame = 20 * time.Millisecond

var start = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// send makes the arrivals of packets over a duration, in their order.
func (n network) send(rnd *rand.Rand, length time.Duration) []arrival {
	var out []arrival
	bad := false
	var last time.Time
	seq, stamp := uint16(65000), uint32(1<<32-80000) // both wrap
	payload := make([]byte, 160)
	for i, since := 0, time.Duration(0); since < length; i, since = i+1, since+frame {
		stamp += 160
		if n.talk > 0 && i/n.talk%2 == 1 {
			continue
		}
		seq++
		if bad {
			bad = rnd.Float64() >= 1/n.burst
		} else if n.loss > 0 {
			bad = rnd.Float64() < n.loss/(1-n.loss)/n.burst
		}
		if bad {
			continue
		}
		sent := start.Add(time.Duration(float64(since) * (1 - n.ppm/1e6)))
		copies := 1
		if rnd.Float64() < n.duplicate {
			copies = 2
		}
		for range copies {
			at := sent.Add(n.delay(rnd))
			if !n.reorder && at.Before(last) {
				at = last
			}
			last = at
			out = append(out, arrival{at, Packet{SSRC: 7, Timestamp: stamp, Sequence: seq, Payload: payload}})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].at.Before(out[j].at) })
	return out
}

// outcome is what a simulated listener heard.
type outcome struct {
	Stats
	frames   map[Kind]int
	maxDelay time.Duration // of a played packet, beyond the fastest one's transit, after the first second
	backward int           // packets played out of their order
}

// play runs a buffer over arrivals, popping each 20 ms; quiet one frame in four.
func play(b *Buffer, arrivals []arrival, length time.Duration) outcome {
	o := outcome{frames: map[Kind]int{}}
	var lastStamp uint32
	for i, now := 0, start.Add(7*time.Millisecond); now.Before(start.Add(length)); i, now = i+1, now.Add(frame) {
		for len(arrivals) > 0 && !arrivals[0].at.After(now) {
			b.Push(arrivals[0].at, arrivals[0].packet)
			arrivals = arrivals[1:]
		}
		for again := true; again; {
			f := b.Pop(now, i%4 == 0)
			again = f.Kind == Skip
			o.frames[f.Kind]++
			if f.Kind == Audio || f.Kind == Skip {
				if o.frames[Audio] > 1 && int32(f.Timestamp-lastStamp) <= 0 {
					o.backward++
				}
				lastStamp = f.Timestamp
			}
			if d := b.Stats(now).Delay; i > 50 && f.Kind == Audio {
				// Stats gives the delay of the frame after this one.
				o.maxDelay = max(o.maxDelay, d+frame)
			}
		}
	}
	o.Stats = b.Stats(start.Add(length))
	return o
}

func uniform(from, to time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return from + time.Duration(r.Int64N(int64(to-from)+1)) }
}

// Ten minutes over a bad network: 5 % lost in bursts, 60 ms of jitter,
// reordering, duplicates, clocks that drift apart. At most 0.5 % of the packets
// may be late, and none is held longer than 150 ms.
func TestImpairments(t *testing.T) {
	const length = 10 * time.Minute
	for _, ppm := range []float64{-200, 0, 200} {
		for name, n := range map[string]network{
			"uniform":  {loss: 0.05, burst: 3, delay: uniform(50*time.Millisecond, 110*time.Millisecond), reorder: true, duplicate: 0.02, ppm: ppm},
			"in order": {loss: 0.05, burst: 3, delay: uniform(50*time.Millisecond, 110*time.Millisecond), duplicate: 0.02, ppm: ppm},
			"normal":   {loss: 0.05, burst: 3, delay: normal(80*time.Millisecond, 20*time.Millisecond), reorder: true, duplicate: 0.02, ppm: ppm},
			"pauses":   {loss: 0.05, burst: 3, delay: uniform(50*time.Millisecond, 110*time.Millisecond), reorder: true, duplicate: 0.02, ppm: ppm, talk: 60},
		} {
			t.Run(fmt.Sprintf("%s/%+.0f ppm", name, ppm), func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(uint64(ppm+1000), 2))
				arrivals := n.send(rnd, length)
				o := play(New(Config{}), arrivals, length)
				t.Logf("%+v %v", o.Stats, o.frames)
				if share := float64(o.Late) / float64(o.Received); share > 0.005 {
					t.Errorf("%.2f %% of %d packets were late", 100*share, o.Received)
				}
				if o.maxDelay > 150*time.Millisecond {
					t.Errorf("a packet was held for %v", o.maxDelay)
				}
				if o.Resyncs != 0 || o.backward != 0 || o.Discarded > 5 {
					t.Errorf("%d resyncs, %d frames out of order, %d discarded", o.Resyncs, o.backward, o.Discarded)
				}
				if corrections := o.Skipped + o.Stretched; n.talk == 0 && corrections > 200 {
					t.Errorf("%d corrections in ten minutes", corrections)
				}
				if sum := o.Played + o.Skipped + o.Duplicates + o.Late + o.Discarded; sum > o.Received+o.Skipped || sum+10 < o.Received {
					t.Errorf("of %d packets %d are accounted for", o.Received, sum)
				}
			})
		}
	}
}

func normal(mean, deviation time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration {
		d := mean + time.Duration(r.NormFloat64()*float64(deviation))
		return min(max(d, 20*time.Millisecond), 140*time.Millisecond)
	}
}
