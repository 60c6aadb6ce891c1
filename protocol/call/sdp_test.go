package call

import (
	"net/netip"
	"testing"

	"github.com/imsphone/imsphone/protocol/sdp"
)

// testLocal is a phone that speaks PCMU.
func testLocal() sdp.Local { return localWith(sdp.Codec{Name: "PCMU", ClockRate: 8000}) }

func localWith(c sdp.Codec) sdp.Local {
	return sdp.Local{
		Addr: netip.MustParseAddr("192.0.2.1"), SessionID: 1,
		Streams: []sdp.Stream{{Kind: "audio", Port: 40000, Codecs: []sdp.Codec{c}}},
	}
}

// testSDP is an offer or answer that fits testLocal; foreignSDP one that
// doesn't.
func testSDP(t testing.TB) string { return offerOf(t, testLocal()) }

func foreignSDP(t testing.TB) string {
	return offerOf(t, localWith(sdp.Codec{PayloadType: 96, Name: "opus", ClockRate: 48000, Channels: 2}))
}

func offerOf(t testing.TB, l sdp.Local) string {
	t.Helper()
	body, err := new(sdp.Negotiation).Offer(l)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func testAgreement() *sdp.Agreement {
	return &sdp.Agreement{Streams: []sdp.Agreed{{Kind: "audio", RemotePort: 40000}}}
}
