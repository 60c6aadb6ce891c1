package rtcp

import "time"

// Bounds of RFC 3550 A.1: how far a sequence number may lead or trail the
// highest one and still belong to the same run.
const (
	maxDropout  = 3000
	maxMisorder = 100
)

// Order says where a packet's sequence number stands.
type Order uint8

const (
	// InOrder is a packet ahead of all before.
	InOrder Order = iota
	// Reordered is one that was overtaken, or a duplicate.
	Reordered
	// Jumped is far from the others; it isn't counted. Its successor, should
	// it come next, starts a new run.
	Jumped
	// Restarted is the second packet of a new run: statistics begin anew.
	Restarted
)

// Reception counts what arrives from one source (RFC 3550 A.1, A.3, A.8). The
// zero value is ready.
type Reception struct {
	Interarrival

	begun    bool
	base     uint32 // extended number of the first packet
	cycles   uint32 // wraps of the sequence number, times 65536
	highest  uint16
	resume   uint32 // the number after the one that jumped; above 65535 for none
	received uint32

	expectedBefore, receivedBefore uint32 // at the last report
	reports                        reports
}

// reports remembers the peer's last sender report for LSR and DLSR.
type reports struct {
	middle uint32
	at     time.Time
}

const noResume = 1 << 16

// Receive counts the packet with a sequence number.
func (r *Reception) Receive(seq uint16) Order {
	if !r.begun {
		r.start(seq)
		return InOrder
	}
	delta := seq - r.highest
	switch {
	case delta == 0 || delta > 65535-maxMisorder:
		r.received++
		return Reordered
	case delta < maxDropout:
		if seq < r.highest {
			r.cycles += 1 << 16
		}
		r.highest, r.resume = seq, noResume
		r.received++
		return InOrder
	case uint32(seq) == r.resume:
		r.start(seq)
		return Restarted
	}
	r.resume = uint32(seq + 1)
	return Jumped
}

func (r *Reception) start(seq uint16) {
	r.begun, r.base, r.cycles, r.highest, r.resume = true, uint32(seq), 0, seq, noResume
	r.received, r.expectedBefore, r.receivedBefore = 1, 0, 0
	r.Interarrival = Interarrival{}
}

// Begun tells whether any packet was received.
func (r *Reception) Begun() bool { return r.begun }

// Highest is the extended highest sequence number received.
func (r *Reception) Highest() uint32 { return r.cycles + uint32(r.highest) }

// Expected is how many packets the source has sent since the first one
// received.
func (r *Reception) Expected() uint32 {
	if !r.begun {
		return 0
	}
	return r.Highest() - r.base + 1
}

// Received is how many packets arrived, duplicates included.
func (r *Reception) Received() uint32 { return r.received }

// Lost is the number of packets lost, held within the 24 bits with sign of a
// report; duplicates can make it negative (RFC 3550 §6.4.1).
func (r *Reception) Lost() int32 {
	lost := int64(r.Expected()) - int64(r.received)
	return int32(max(min(lost, 0x7FFFFF), -0x800000))
}

// Heard notes a sender report of the source.
func (r *Reception) Heard(s SenderInfo, now time.Time) {
	r.reports = reports{Middle(s.NTP), now}
}

// Block makes the report about the source, and begins the next interval of its
// fraction lost.
func (r *Reception) Block(ssrc uint32, now time.Time) Block {
	b := Block{SSRC: ssrc, Fraction: r.fraction(), Lost: r.Lost(), Highest: r.Highest(), Jitter: r.Jitter()}
	if !r.reports.at.IsZero() {
		b.LSR, b.DLSR = r.reports.middle, Short(now.Sub(r.reports.at))
	}
	return b
}

// fraction is the loss since the last report in 1/256 (RFC 3550 A.3).
func (r *Reception) fraction() uint8 {
	expected, received := r.Expected(), r.received
	newExpected, newReceived := expected-r.expectedBefore, received-r.receivedBefore
	r.expectedBefore, r.receivedBefore = expected, received
	if newExpected == 0 || newReceived >= newExpected {
		return 0
	}
	return uint8(min(uint64(newExpected-newReceived)<<8/uint64(newExpected), 255))
}
