package sdp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	pion "github.com/pion/sdp/v3"
)

// FuzzParse: what is read, printed and read again is the same; and pion/sdp
// never refuses what the pre-pass has let through, so that every refusal has a
// line number.
func FuzzParse(f *testing.F) {
	for _, body := range peerBodies(f) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		pionReads(t, body)
		first, err := Parse(body)
		if err != nil {
			return
		}
		text := first.String()
		second, err := Parse(text)
		if err != nil {
			t.Fatalf("printed as\n%s\nand refused: %v", text, err)
		}
		if diff := cmp.Diff(first, second, compareAddr); diff != "" {
			t.Fatalf("printed as\n%s(-first +second)\n%s", text, diff)
		}
		if again := second.String(); again != text {
			t.Fatalf("printed as\n%s\nthen as\n%s", text, again)
		}
	})
}

func pionReads(t *testing.T, body string) {
	lines, err := splitLines(body)
	if err != nil {
		return
	}
	sections, err := split(lines)
	if err != nil {
		return
	}
	text, err := canonical(sections)
	if err != nil {
		return
	}
	if err := new(pion.SessionDescription).UnmarshalString(text); err != nil {
		t.Fatalf("pion/sdp refuses %q: %v", text, err)
	}
}

// FuzzAnswer: whatever is offered, an answer that we make is one that the
// offerer's side of this package accepts, with the mirrored agreement.
func FuzzAnswer(f *testing.F) {
	for _, body := range peerBodies(f) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var n Negotiation
		if n.Offered(body) != nil {
			return
		}
		answer, agreed, err := n.Answer(phone("192.0.2.7", 4000))
		if err != nil {
			return
		}
		offer, err := Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		peer := Negotiation{state: OfferSent, pending: offer}
		theirs, err := peer.Answered(answer)
		if err != nil {
			t.Fatalf("our answer\n%s\nis refused: %v", answer, err)
		}
		for i := range agreed.Streams {
			if diff := mirrored(&agreed.Streams[i], &theirs.Streams[i]); diff != "" {
				t.Errorf("stream %d: %s\n%s", i, diff, answer)
			}
		}
	})
}
