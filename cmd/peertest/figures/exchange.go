//go:build linux

package main

import (
	"fmt"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// An exchange is a REGISTER and its final answer, as they pass the P-CSCF's
// interface.
type exchange struct {
	asked, answered time.Duration // since the epoch
}

// A registration is the exchanges that it takes to be registered: the last one
// ends with 200. Messages are all those of the exchanges, also provisional and
// repeated ones; bytes are those of their datagrams.
type registration struct {
	exchanges       []exchange
	messages, bytes int
}

// registrations finds the registrations of one phone in a capture. What follows
// the last 200 and what isn't of REGISTER is left out; a REGISTER that is repeated
// when it has its answer is no other one.
func registrations(packets []peertest.Packet) []registration {
	var all []registration
	var r registration
	asked, answered := map[int]time.Duration{}, map[int]bool{} // by number in CSeq
	for _, p := range packets {
		if p.CSeq != "REGISTER" {
			continue
		}
		r.messages++
		r.bytes += p.Bytes
		start, open := asked[p.Seq]
		switch {
		case p.Status == 0 && !open && !answered[p.Seq]:
			asked[p.Seq] = p.Time
		case p.Status >= 200 && open:
			delete(asked, p.Seq)
			answered[p.Seq] = true
			r.exchanges = append(r.exchanges, exchange{start, p.Time})
			if p.Status == 200 {
				all, r = append(all, r), registration{}
			}
		}
	}
	return all
}

// own is the time in which the core waited for the phone: from each answer but
// the last one to the REGISTER that follows from it.
func (r registration) own() time.Duration {
	return r.done() - r.exchanges[0].asked - r.core()
}

// done is when the 200 left.
func (r registration) done() time.Duration { return r.exchanges[len(r.exchanges)-1].answered }

// core is the time in which the phone waited for the core: from each REGISTER's
// arrival to its answer's departure.
func (r registration) core() time.Duration {
	var sum time.Duration
	for _, x := range r.exchanges {
		sum += x.answered - x.asked
	}
	return sum
}

// wanted finds n registrations of so many round trips each, or says what is there
// instead: with errQuick if it is worth another run.
func wanted(packets []peertest.Packet, n, trips int) ([]registration, error) {
	found := registrations(packets)
	if len(found) < n {
		return nil, fmt.Errorf("%d registrations are in the capture, not %d:\n%v", len(found), n, packets)
	}
	for _, r := range found[:n] {
		if len(r.exchanges) > trips {
			return nil, fmt.Errorf("%w: %d round trips, not %d", errQuick, len(r.exchanges), trips)
		}
	}
	return found[:n], nil
}
