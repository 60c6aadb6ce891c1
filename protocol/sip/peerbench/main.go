// Command peerbench measures the SIP parser and writer side by side with
// sipgo's in one process, prints the ratios, and fails when one is over its
// limit.
package main

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	peer "github.com/emiago/sipgo/sip"

	"github.com/imsphone/imsphone/protocol/sip"
)

// The limits that the project promises: our time over the peer's.
const (
	parseLimit = 0.5
	writeLimit = 0.2
	allocLimit = 2
)

var sizes = []struct {
	name string
	raw  []byte
}{{"INVITE", invite}, {"REGISTER", register}, {"200 OK", ok}}

func main() {
	failed := false
	for _, row := range rows() {
		ratio, ours, theirs := race(row.ours, row.theirs)
		allocs := testing.AllocsPerRun(100, row.ours)
		mark := ""
		if ratio > row.limit || allocs > row.allocs {
			mark, failed = "  OVER THE LIMIT", true
		}
		fmt.Printf("%-24s %.2f× sipgo (limit %.2f), %d ns against %d ns, %.0f allocs against %.0f%s\n",
			row.name, ratio, row.limit, ours.Nanoseconds(), theirs.Nanoseconds(),
			allocs, testing.AllocsPerRun(100, row.theirs), mark)
	}
	if failed {
		os.Exit(1)
	}
}

type row struct {
	name         string
	ours, theirs func()
	limit        float64
	allocs       float64
}

func rows() []row {
	var list []row
	parser := peer.NewParser()
	for _, s := range sizes {
		list = append(list,
			row{"parse " + s.name, func() { parse(s.raw) }, func() { peerParse(parser, s.raw) }, parseLimit, allocLimit},
			row{"parse and read " + s.name, func() { parseAndRead(s.raw) }, func() { peerParse(parser, s.raw) }, parseLimit, allocLimit})
	}
	for _, s := range sizes {
		draft := sip.DraftOf(parse(s.raw))
		theirs := peerParse(parser, s.raw)
		buf := make([]byte, 0, 4096)
		list = append(list, row{"write " + s.name, func() { buf = draft.Append(buf[:0]) },
			func() { _ = theirs.String() }, writeLimit, 0})
	}
	return list
}

// race runs both sides in short turns and gives the median of the turns'
// ratios, and the median time of a call on each side: what else the machine
// does hits both sides of a turn alike.
func race(ours, theirs func()) (ratio float64, a, b time.Duration) {
	const turns, calls = 301, 100
	var ratios [turns]float64
	var as, bs [turns]time.Duration
	for i := range turns {
		as[i], bs[i] = timed(calls, ours), timed(calls, theirs)
		ratios[i] = float64(as[i]) / float64(bs[i])
	}
	slices.Sort(ratios[:])
	slices.Sort(as[:])
	slices.Sort(bs[:])
	return ratios[turns/2], as[turns/2], bs[turns/2]
}

func timed(calls int, f func()) time.Duration {
	start := time.Now()
	for range calls {
		f()
	}
	return time.Since(start) / time.Duration(calls)
}
