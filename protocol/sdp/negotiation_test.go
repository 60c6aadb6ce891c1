package sdp

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// peerOffer is a description of the peer.
const peerOffer = "v=0\r\no=peer 7 7 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n" +
	"m=audio 5000 RTP/AVP 0 8 97\r\na=rtpmap:97 telephone-event/8000\r\n"

// inState makes a negotiation that has an agreement behind it, if wanted, and
// stands in the state.
func inState(t *testing.T, s State, agreed bool) *Negotiation {
	t.Helper()
	n, peer := new(Negotiation), new(Negotiation)
	if agreed {
		exchange(t, n, peer, phone("192.0.2.1", 4000), phone("198.51.100.1", 5000))
	}
	var err error
	switch s {
	case OfferSent:
		_, err = n.Offer(phone("192.0.2.1", 4002))
	case OfferReceived:
		err = n.Offered(peerOffer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestStates runs every event in every state.
func TestStates(t *testing.T) {
	events := map[string]func(n *Negotiation) error{
		"Offer":    func(n *Negotiation) error { _, err := n.Offer(phone("192.0.2.1", 4004)); return err },
		"Answered": func(n *Negotiation) error { _, err := n.Answered(peerOffer); return err },
		"Offered":  func(n *Negotiation) error { return n.Offered(peerOffer) },
		"Answer":   func(n *Negotiation) error { _, _, err := n.Answer(phone("192.0.2.1", 4004)); return err },
		"Cancel":   func(n *Negotiation) error { n.Cancel(); return nil },
	}
	for _, row := range []struct {
		state State
		event string
		err   error
		next  State
	}{
		{Idle, "Offer", nil, OfferSent},
		{Idle, "Answered", ErrNoOffer, Idle},
		{Idle, "Offered", nil, OfferReceived},
		{Idle, "Answer", ErrNoOffer, Idle},
		{Idle, "Cancel", nil, Idle},
		{OfferSent, "Offer", ErrPending, OfferSent},
		{OfferSent, "Answered", nil, Idle},
		{OfferSent, "Offered", ErrPending, OfferSent},
		{OfferSent, "Answer", ErrNoOffer, OfferSent},
		{OfferSent, "Cancel", nil, Idle},
		{OfferReceived, "Offer", ErrPending, OfferReceived},
		{OfferReceived, "Answered", ErrNoOffer, OfferReceived},
		{OfferReceived, "Offered", ErrPending, OfferReceived},
		{OfferReceived, "Answer", nil, Idle},
		{OfferReceived, "Cancel", nil, Idle},
	} {
		for _, agreed := range []bool{false, true} {
			n := inState(t, row.state, agreed)
			err := events[row.event](n)
			if !errors.Is(err, row.err) || n.State() != row.next {
				t.Errorf("%v, %s, agreed %v: error %v, then %v; want %v, then %v",
					row.state, row.event, agreed, err, n.State(), row.err, row.next)
			}
		}
	}
}

func TestBadDescriptionsChangeNothing(t *testing.T) {
	n := inState(t, OfferSent, true)
	before := n.Agreement().Streams[0].Remote
	for name, answer := range map[string]string{
		"malformed":         "v=0\r\n",
		"a stream less":     head,
		"a stream more":     peerOffer + "m=audio 0 RTP/AVP 0\r\n",
		"other kind":        strings.Replace(peerOffer, "m=audio", "m=video", 1),
		"other transport":   strings.Replace(peerOffer, "RTP/AVP", "RTP/SAVP", 1),
		"multicast":         strings.ReplaceAll(peerOffer, "198.51.100.1", "224.2.36.42"),
		"no codec of ours":  head + "m=audio 5000 RTP/AVP 3 97\r\na=rtpmap:97 x/8000\r\n",
		"telephone-event":   head + "m=audio 5000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
		"unknown dynamic":   head + "m=audio 5000 RTP/AVP 120\r\n",
		"our number abused": head + "m=audio 5000 RTP/AVP 9\r\na=rtpmap:9 opus/48000/2\r\n",
	} {
		if a, err := n.Answered(answer); err == nil {
			t.Errorf("%s: agreed on %+v", name, a)
		}
		if n.State() != OfferSent || n.Agreement().Streams[0].Remote != before {
			t.Errorf("%s: state %v, agreement %+v", name, n.State(), n.Agreement())
		}
	}
	if _, err := n.Answered(peerOffer); err != nil {
		t.Errorf("the good answer after them: %v", err)
	}
}

func TestErrorKinds(t *testing.T) {
	var pe *ParseError
	if _, err := inState(t, OfferSent, false).Answered("v=1"); !errors.As(err, &pe) {
		t.Errorf("malformed: %v", err)
	}
	if _, err := inState(t, OfferSent, false).Answered(head); !errors.Is(err, ErrMismatch) {
		t.Errorf("mismatch: %v", err)
	}
	if _, err := inState(t, OfferSent, false).Answered(head + "m=audio 5000 RTP/AVP 3\r\n"); !errors.Is(err, ErrNoCommonCodec) {
		t.Errorf("no codec: %v", err)
	}
	if _, _, err := inState(t, OfferReceived, false).Answer(phone("192.0.2.1", 4000, g722, events)); !errors.Is(err, ErrNoCommonCodec) {
		t.Errorf("no codec: %v", err)
	}
}

// TestOfferUnusable: the offer stays outstanding until the caller has said 488.
func TestOfferUnusable(t *testing.T) {
	for name, body := range map[string]string{
		"codec":         head + "m=audio 5000 RTP/AVP 3\r\n",
		"events only":   head + "m=audio 5000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
		"kind":          head + "m=video 5000 RTP/AVP 31\r\n",
		"transport":     head + "m=audio 5000 RTP/SAVP 0\r\n",
		"not RTP":       head + "m=audio 5000 udp 0\r\n",
		"multicast":     strings.ReplaceAll(head, "192.0.2.1", "224.2.36.42") + "m=audio 5000 RTP/AVP 0\r\n",
		"unnamed codec": head + "m=audio 5000 RTP/AVP 97\r\n",
	} {
		n := new(Negotiation)
		if err := n.Offered(body); err != nil {
			t.Fatal(name, err)
		}
		if _, _, err := n.Answer(phone("192.0.2.1", 4000)); !errors.Is(err, ErrNoCommonCodec) || n.State() != OfferReceived {
			t.Errorf("%s: %v, %v", name, err, n.State())
		}
		n.Cancel()
		if n.State() != Idle || n.Agreed() {
			t.Errorf("%s: %v after Cancel", name, n.State())
		}
	}
}

func TestLocalIsChecked(t *testing.T) {
	noAddr, any, noCodec := phone("192.0.2.1", 4000), phone("0.0.0.0", 4000), phone("192.0.2.1", 4000)
	noAddr.Addr = netip.Addr{}
	noCodec.Streams[0].Codecs = nil
	for _, l := range []Local{noAddr, any, noCodec} {
		if _, err := new(Negotiation).Offer(l); err == nil {
			t.Errorf("offered %+v", l)
		}
		if _, _, err := inState(t, OfferReceived, false).Answer(l); err == nil {
			t.Errorf("answered %+v", l)
		}
	}
}

// TestAnswerKeepsTheOffersShape: positions, payload types, t= and ptime.
func TestAnswerKeepsTheOffersShape(t *testing.T) {
	n := new(Negotiation)
	err := n.Offered(strings.Replace(head, "t=0 0", "t=5 6", 1) +
		"m=video 6000 RTP/AVP 31\r\n" +
		"m=audio 5000 RTP/AVP 8 110 111 96\r\na=rtpmap:110 opus/48000/2\r\na=rtpmap:111 telephone-event/48000\r\na=rtpmap:96 Telephone-Event/8000\r\na=ptime:40\r\na=rtcp-mux\r\n" +
		"m=audio 7000 RTP/AVP 0\r\n" +
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n")
	if err != nil {
		t.Fatal(err)
	}
	local := phone("2001:db8::1", 4000, opus, pcma, events)
	local.Streams[0].RTCPMux = true
	body, agreed, err := n.Answer(local)
	if err != nil {
		t.Fatal(err)
	}
	want := "v=0\r\no=phone 5000 5000 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=5 6\r\n" +
		"m=video 0 RTP/AVP 31\r\na=inactive\r\n" +
		"m=audio 4000 RTP/AVP 8 110 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:110 opus/48000/2\r\na=fmtp:110 useinbandfec=1\r\n" +
		"a=rtpmap:96 Telephone-Event/8000\r\na=fmtp:96 0-16\r\na=ptime:40\r\na=rtcp-mux\r\na=sendrecv\r\n" +
		"m=audio 0 RTP/AVP 0\r\na=inactive\r\n" +
		"m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=inactive\r\n"
	if body != want {
		t.Errorf("answered\n%s\nwant\n%s", body, want)
	}
	s := agreed.Streams[1]
	codec, ok := s.Codec()
	pt, clock, hasEvents := s.TelephoneEvent()
	if !ok || codec.Name != "PCMA" || !hasEvents || pt != 96 || clock != 8000 {
		t.Errorf("codec %v, events %d/%d", codec, pt, clock)
	}
	if s.Remote != s.RemoteRTCP || !s.RTCPMux || s.Ptime != 40*time.Millisecond {
		t.Errorf("%+v", s)
	}
	if _, ok := agreed.First("video"); ok {
		t.Error("the video was not rejected")
	}
	if first, ok := agreed.First("audio"); !ok || first.Remote.Port() != 5000 {
		t.Errorf("first audio %+v", first)
	}
}

func TestRemoteRTCP(t *testing.T) {
	for _, test := range []struct{ port, lines, want string }{
		{"5000", "", "192.0.2.1:5001"},
		{"5000", "a=rtcp:6000\r\n", "192.0.2.1:6000"},
		{"5000", "a=rtcp:6000 IN IP4 192.0.2.9\r\n", "192.0.2.9:6000"},
		{"5000", "a=rtcp:6000 IN IP4 0.0.0.0\r\n", "192.0.2.1:5001"},
		{"5000", "a=rtcp:6000 IN IP4 224.2.36.42\r\n", "192.0.2.1:5001"},
		{"5000", "a=rtcp-mux\r\na=rtcp:6000\r\n", "192.0.2.1:5000"},
		{"65535", "", "invalid AddrPort"},
	} {
		n := new(Negotiation)
		if err := n.Offered(head + "m=audio " + test.port + " RTP/AVP 0\r\n" + test.lines); err != nil {
			t.Fatal(err)
		}
		local := phone("192.0.2.2", 4000)
		local.Streams[0].RTCPMux = true
		_, a, err := n.Answer(local)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Streams[0].RemoteRTCP.String(); got != test.want {
			t.Errorf("port %s, %q: RTCP to %s, want %s", test.port, test.lines, got, test.want)
		}
	}
}

func TestPtime(t *testing.T) {
	for _, test := range []struct {
		lines        string
		agreed, said time.Duration
	}{
		{"", 20, 20},
		{"a=ptime:30\r\n", 30, 30},
		{"a=ptime:500\r\n", 500, 20},
		{"a=maxptime:10\r\n", 10, 20},
		{"a=ptime:60\r\na=maxptime:40\r\n", 40, 60},
	} {
		n := new(Negotiation)
		if err := n.Offered(head + "m=audio 5000 RTP/AVP 0\r\n" + test.lines); err != nil {
			t.Fatal(err)
		}
		body, a, err := n.Answer(phone("192.0.2.2", 4000))
		if err != nil {
			t.Fatal(err)
		}
		said := mustParse(t, body).Media[0].Ptime
		if a.Streams[0].Ptime != test.agreed*time.Millisecond || said != test.said*time.Millisecond {
			t.Errorf("%q: agreed %v, said %v", test.lines, a.Streams[0].Ptime, said)
		}
	}
}

// TestAnswerWithoutMaps: some answer with the number alone, or without the
// parameters that they were offered.
func TestAnswerWithoutMaps(t *testing.T) {
	wide := Codec{97, "AMR-WB", 16000, 1, "octet-align=1"}
	n := new(Negotiation)
	if _, err := n.Offer(phone("192.0.2.1", 4000, wide, opus, events)); err != nil {
		t.Fatal(err)
	}
	a, err := n.Answered(head + "m=audio 5000 RTP/AVP 96 97 101\r\na=rtpmap:97 AMR-WB/16000\r\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "96=OPUS/48000 97=AMR-WB/16000 101=TELEPHONE-EVENT/8000 "
	if got := numbers(a.Streams[0].Send); got != want || numbers(a.Streams[0].Recv) != want {
		t.Errorf("agreed on %s, %s", got, numbers(a.Streams[0].Recv))
	}
}

// TestRenumberedAnswer: we send with the peer's numbers and receive ours.
func TestRenumberedAnswer(t *testing.T) {
	n := new(Negotiation)
	if _, err := n.Offer(phone("192.0.2.1", 4000, opus, pcmu, events)); err != nil {
		t.Fatal(err)
	}
	a, err := n.Answered(head + "m=audio 5000 RTP/AVP 0 120 96 3\r\na=rtpmap:120 opus/48000/2\r\na=rtpmap:96 telephone-event/8000\r\n")
	if err != nil {
		t.Fatal(err)
	}
	s := a.Streams[0]
	if got := numbers(s.Send); got != "0=PCMU/8000 120=OPUS/48000 96=TELEPHONE-EVENT/8000 " {
		t.Errorf("sends %s", got)
	}
	if got := numbers(s.Recv); got != "0=PCMU/8000 96=OPUS/48000 101=TELEPHONE-EVENT/8000 " {
		t.Errorf("receives %s", got)
	}
}

func TestVersionGoesUpOnlyWithChanges(t *testing.T) {
	n, peer := new(Negotiation), new(Negotiation)
	near, far := phone("192.0.2.1", 4000), phone("198.51.100.1", 5000)
	version := func() uint64 { return mustParse(t, n.body).Origin.Version }
	exchange(t, n, peer, near, far)
	first := version()
	exchange(t, n, peer, near, far)
	if version() != first {
		t.Errorf("the same offer has version %d after %d", version(), first)
	}
	exchange(t, n, peer, near.Held(), far)
	if version() != first+1 {
		t.Errorf("hold has version %d after %d", version(), first)
	}
	if _, err := n.Offer(near); err != nil {
		t.Fatal(err)
	}
	n.Cancel()
	if version() != first+2 {
		t.Errorf("resuming has version %d after %d", version(), first)
	}
	exchange(t, peer, n, far, near)
	if version() != first+2 {
		t.Errorf("an answer that repeats the cancelled offer has version %d after %d", version(), first)
	}
}

func TestOriginIsFixed(t *testing.T) {
	n, peer := new(Negotiation), new(Negotiation)
	exchange(t, n, peer, phone("192.0.2.1", 4000), phone("198.51.100.1", 5000))
	moved := phone("192.0.2.99", 4000)
	moved.SessionID, moved.Username = 5, "other"
	_, b := exchange(t, n, peer, moved, phone("198.51.100.1", 5000))
	o := mustParse(t, n.body).Origin
	if o.Username != "phone" || o.ID != 5000 || o.Addr != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("the origin has become %+v", o)
	}
	if got := b.Streams[0].Remote.String(); got != "192.0.2.99:4000" {
		t.Errorf("the peer sends to %s", got)
	}
}

func TestHold(t *testing.T) {
	n, peer := new(Negotiation), new(Negotiation)
	near, far := phone("192.0.2.1", 4000), phone("198.51.100.1", 5000)
	for _, test := range []struct {
		name          string
		offer, answer Local
		a, b          Direction
		aHeld, bHeld  bool
	}{
		{"talk", near, far, SendRecv, SendRecv, false, false},
		{"hold", near.Held(), far, SendOnly, RecvOnly, false, true},
		{"both hold", near.Held(), far.Held(), Inactive, Inactive, true, true},
		{"inactive", near.with(Inactive), far, Inactive, Inactive, false, true},
		{"listen only", near.with(RecvOnly), far, RecvOnly, SendOnly, false, false},
		{"held answers", near, far.Held(), RecvOnly, SendOnly, true, false},
		{"resume", near, far, SendRecv, SendRecv, false, false},
	} {
		a, b := exchange(t, n, peer, test.offer, test.answer)
		sa, sb := a.Streams[0], b.Streams[0]
		if sa.Direction != test.a || sb.Direction != test.b || sa.Held != test.aHeld || sb.Held != test.bHeld {
			t.Errorf("%s: %v held %v, %v held %v", test.name, sa.Direction, sa.Held, sb.Direction, sb.Held)
		}
		if diff := mirrored(&sa, &sb); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestHoldByZeroAddress(t *testing.T) {
	n := new(Negotiation)
	if err := n.Offered(strings.ReplaceAll(peerOffer, "c=IN IP4 198.51.100.1", "c=IN IP4 0.0.0.0")); err != nil {
		t.Fatal(err)
	}
	_, a, err := n.Answer(phone("192.0.2.1", 4000))
	if err != nil {
		t.Fatal(err)
	}
	if s := a.Streams[0]; s.Direction != RecvOnly || !s.Held || s.Remote.IsValid() || s.RemoteRTCP.IsValid() {
		t.Errorf("%+v", s)
	}
}

func TestFurtherOffers(t *testing.T) {
	const audio, video = "m=audio 5000 RTP/AVP 0\r\n", "m=video 6000 RTP/AVP 31\r\n"
	tests := map[string]struct {
		body string
		err  error
	}{
		"the same":              {head + audio + video, nil},
		"one more":              {head + audio + video + audio, nil},
		"one disabled":          {head + audio + "m=video 0 RTP/AVP 31\r\n", nil},
		"reuse of the rejected": {head + audio + audio, nil},
		"one removed":           {head + audio, ErrMismatch},
		"all removed":           {head, ErrMismatch},
		"reordered":             {head + video + audio, ErrMismatch},
	}
	for name, test := range tests {
		n := new(Negotiation)
		if err := n.Offered(head + audio + video); err != nil {
			t.Fatal(err)
		}
		if _, _, err := n.Answer(phone("192.0.2.1", 4000)); err != nil { // rejects the video
			t.Fatal(err)
		}
		if err := n.Offered(test.body); !errors.Is(err, test.err) {
			t.Errorf("%s: %v, want %v", name, err, test.err)
		}
	}
}

// TestStreamsKeepTheirPlace: our own further offers never move or remove an
// m= line.
func TestStreamsKeepTheirPlace(t *testing.T) {
	n := new(Negotiation)
	two := phone("192.0.2.1", 4000)
	video := Stream{Kind: "video", Port: 4010, Codecs: []Codec{{31, "H261", 90000, 1, ""}}}
	two.Streams = append(two.Streams, video)
	steps := []struct {
		local  Local
		lines  string
		answer string
	}{
		{two, "audio 4000, video 4010", "m=audio 5000 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n"},
		{phone("192.0.2.1", 4000), "audio 4000, video 0", "m=audio 5000 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n"},
		{two, "audio 4000, video 4010", "m=audio 5000 RTP/AVP 0\r\nm=video 6000 RTP/AVP 31\r\n"},
		{Local{Addr: two.Addr, Streams: []Stream{video, two.Streams[0]}}, "audio 4000, video 4010", "m=audio 5000 RTP/AVP 0\r\nm=video 6000 RTP/AVP 31\r\n"},
		{Local{Addr: two.Addr, Streams: []Stream{video, {Kind: "audio", Port: 4020, Codecs: []Codec{pcma}}, two.Streams[0]}},
			"audio 4000, video 4010, audio 4020", "m=audio 5000 RTP/AVP 0\r\nm=video 6000 RTP/AVP 31\r\nm=audio 5020 RTP/AVP 8\r\n"},
	}
	for i, step := range steps {
		body, err := n.Offer(step.local)
		if err != nil {
			t.Fatal(i, err)
		}
		var lines []string
		for l := range strings.Lines(body) {
			if rest, ok := strings.CutPrefix(l, "m="); ok {
				lines = append(lines, strings.Join(strings.Fields(rest)[:2], " "))
			}
		}
		if got := strings.Join(lines, ", "); got != step.lines {
			t.Errorf("step %d offers %s, want %s", i, got, step.lines)
		}
		if _, err := n.Answered(head + step.answer); err != nil {
			t.Fatal(i, err)
		}
	}
}

// TestOneStreamOfTwo: when only the second line was accepted, our stream stays
// there in our next offer and in our next answer.
func TestOneStreamOfTwo(t *testing.T) {
	const offer = head + "m=audio 5000 RTP/AVP 3\r\nm=audio 5002 RTP/AVP 0\r\n"
	n := new(Negotiation)
	local := phone("192.0.2.1", 4000)
	for _, body := range []string{offer, strings.Replace(offer, "AVP 3", "AVP 8", 1)} {
		if err := n.Offered(body); err != nil {
			t.Fatal(err)
		}
		_, a, err := n.Answer(local)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Streams[0].Rejected || a.Streams[1].Rejected {
			t.Fatalf("%+v", a.Streams)
		}
	}
	body, err := n.Offer(local)
	if err != nil {
		t.Fatal(err)
	}
	if s := mustParse(t, body); s.Media[0].Port != 0 || s.Media[1].Port != 4000 {
		t.Errorf("offered\n%s", body)
	}
}

// TestNumbersKeepTheirMeaning: a payload type of ours means the same codec for
// the whole dialog (RFC 3264 §8.3.2).
func TestNumbersKeepTheirMeaning(t *testing.T) {
	n := new(Negotiation)
	if err := n.Offered(head + "m=audio 5000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.Answer(phone("192.0.2.1", 4000, pcmu, events)); err != nil {
		t.Fatal(err)
	}
	body, err := n.Offer(phone("192.0.2.1", 4000, opus, pcmu, events))
	if err != nil {
		t.Fatal(err)
	}
	got := numbers(mustParse(t, body).Media[0].Codecs)
	if got != "97=OPUS/48000 0=PCMU/8000 96=TELEPHONE-EVENT/8000 " {
		t.Errorf("offered %s", got)
	}
}

func TestNumbersRunOut(t *testing.T) {
	n := new(Negotiation)
	var codecs []Codec
	for i := range 40 {
		codecs = append(codecs, Codec{96, "x" + strconv.Itoa(i), 8000, 1, ""})
	}
	body, err := n.Offer(phone("192.0.2.1", 4000, codecs...))
	if err != nil {
		t.Fatal(err)
	}
	var seen []uint8
	for _, c := range mustParse(t, body).Media[0].Codecs {
		seen = append(seen, c.PayloadType)
	}
	slices.Sort(seen)
	if len(seen) != 32 || len(slices.Compact(seen)) != 32 {
		t.Errorf("payload types %v", seen)
	}
}

func TestTooManyStreams(t *testing.T) {
	local := phone("192.0.2.1", 4000)
	for len(local.Streams) <= MaxMedia {
		local.Streams = append(local.Streams, local.Streams[0])
	}
	n := new(Negotiation)
	if _, err := n.Offer(local); !errors.Is(err, ErrMismatch) || n.State() != Idle {
		t.Errorf("%v, %v", err, n.State())
	}
}

// TestNothingToAccept: an offer of disabled streams alone is answered, and an
// answer can't bring a stream to life.
func TestNothingToAccept(t *testing.T) {
	n := new(Negotiation)
	if err := n.Offered(head + "m=audio 0 RTP/AVP 0\r\n"); err != nil {
		t.Fatal(err)
	}
	body, a, err := n.Answer(phone("192.0.2.1", 4000))
	if err != nil || !a.Streams[0].Rejected || a.Streams[0].Direction != Inactive {
		t.Errorf("%v, %+v\n%s", err, a, body)
	}
	if _, err := n.Offer(phone("192.0.2.1", 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Answered(head + "m=audio 5000 RTP/AVP 0\r\n"); !errors.Is(err, ErrMismatch) {
		t.Errorf("a stream that was not offered: %v", err)
	}
}

// TestFork: one offer, two early dialogs with answers of their own.
func TestFork(t *testing.T) {
	n := new(Negotiation)
	if _, err := n.Offer(phone("192.0.2.1", 4000)); err != nil {
		t.Fatal(err)
	}
	a, b := n.Fork(), n.Fork()
	if _, err := a.Answered(peerOffer); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Answered(strings.ReplaceAll(peerOffer, "198.51.100.1", "203.0.113.1")); err != nil {
		t.Fatal(err)
	}
	if n.State() != OfferSent || n.Agreed() {
		t.Errorf("the original is in state %v", n.State())
	}
	if x, y := a.Agreement().Streams[0].Remote, b.Agreement().Streams[0].Remote; x == y {
		t.Errorf("both send to %v", x)
	}
	if _, err := a.Offer(phone("192.0.2.1", 4000).Held()); err != nil {
		t.Fatal(err)
	}
	if b.State() != Idle || b.origin.Version != n.origin.Version {
		t.Errorf("the sibling is in state %v, version %d", b.State(), b.origin.Version)
	}
}

func TestCancelFallsBack(t *testing.T) {
	n := inState(t, OfferSent, true)
	before := n.Remote()
	n.Cancel()
	if a := n.Agreement(); len(a.Streams) != 1 || a.Streams[0].Remote.String() != "198.51.100.1:5000" || n.Remote() != before {
		t.Errorf("agreed on %+v", a)
	}
}

func TestRemoteURI(t *testing.T) {
	n := new(Negotiation)
	if err := n.Offered("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nu=http://example.com/card\r\nt=0 0\r\n"); err != nil {
		t.Fatal(err)
	}
	body, a, err := n.Answer(phone("192.0.2.2", 4000))
	if err != nil || a.RemoteURI != "http://example.com/card" || len(a.Streams) != 0 || !n.Agreed() {
		t.Errorf("%v, %+v\n%s", err, a, body)
	}
}

func TestAttributesOfAStream(t *testing.T) {
	local := phone("192.0.2.1", 4000)
	local.Streams[0].Attributes = []Attribute{{"curr", "qos local none"}}
	n := new(Negotiation)
	body, err := n.Offer(local)
	if err != nil || !strings.HasSuffix(body, "a=sendrecv\r\na=curr:qos local none\r\n") {
		t.Errorf("%v\n%s", err, body)
	}
}
