package sdp

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	pcmu   = Codec{0, "PCMU", 8000, 1, ""}
	pcma   = Codec{8, "PCMA", 8000, 1, ""}
	g722   = Codec{9, "G722", 8000, 1, ""}
	opus   = Codec{96, "opus", 48000, 2, "useinbandfec=1"}
	events = Codec{101, "telephone-event", 8000, 1, "0-16"}
	noise  = Codec{13, "CN", 8000, 1, ""}
)

// phone is a Local with one audio stream.
func phone(addr string, port uint16, codecs ...Codec) Local {
	if len(codecs) == 0 {
		codecs = []Codec{g722, pcma, pcmu, events, noise}
	}
	return Local{
		Addr: netip.MustParseAddr(addr), SessionID: 1000 + uint64(port), Username: "phone",
		Streams: []Stream{{Kind: "audio", Port: port, Codecs: codecs, Ptime: 20 * time.Millisecond}},
	}
}

// with gives the local with another direction of its streams.
func (l Local) with(d Direction) Local {
	l.Streams = slices.Clone(l.Streams)
	for i := range l.Streams {
		l.Streams[i].Direction = d
	}
	return l
}

// exchange runs one offer and its answer, and gives both agreements.
func exchange(t *testing.T, from, to *Negotiation, offerer, answerer Local) (a, b Agreement) {
	t.Helper()
	offer, err := from.Offer(offerer)
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Offered(offer); err != nil {
		t.Fatal(err)
	}
	answer, b, err := to.Answer(answerer)
	if err != nil {
		t.Fatalf("%v of\n%s", err, offer)
	}
	if a, err = from.Answered(answer); err != nil {
		t.Fatalf("%v: offer\n%sanswer\n%s", err, offer, answer)
	}
	return a, b
}

// mirrored tells in what two agreements on a stream contradict each other.
func mirrored(a, b *Agreed) string {
	var bad []string
	check := func(ok bool, what string, x, y any) {
		if !ok {
			bad = append(bad, fmt.Sprintf("%s: %v and %v", what, x, y))
		}
	}
	check(a.Kind == b.Kind, "kind", a.Kind, b.Kind)
	check(a.Rejected == b.Rejected, "rejected", a.Rejected, b.Rejected)
	if a.Rejected {
		return strings.Join(bad, "; ")
	}
	check(a.RTCPMux == b.RTCPMux, "mux", a.RTCPMux, b.RTCPMux)
	check(numbers(a.Send) == numbers(b.Recv), "send and receive", a.Send, b.Recv)
	check(numbers(a.Recv) == numbers(b.Send), "receive and send", a.Recv, b.Send)
	// One that can't be reached (c=0.0.0.0) is not sent to, but doesn't know.
	reachable := a.Remote.IsValid() && b.Remote.IsValid()
	check(!reachable || a.Direction == b.Direction.Reverse(), "direction", a.Direction, b.Direction)
	return strings.Join(bad, "; ")
}

func numbers(codecs []Codec) string {
	var b strings.Builder
	for _, c := range codecs {
		fmt.Fprintf(&b, "%d=%s/%d ", c.PayloadType, strings.ToUpper(c.Name), c.ClockRate)
	}
	return b.String()
}

// peerBodies gives the descriptions of testdata/peers.
func peerBodies(t testing.TB) (bodies []string) {
	t.Helper()
	files, err := filepath.Glob("testdata/peers/*.sdp")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(body))
	}
	return bodies
}
