package dialog

import (
	"net/netip"
	"testing"

	"github.com/imsphone/imsphone/protocol/sdp"
)

// testLocal is a phone that speaks G.711.
func testLocal() sdp.Local {
	return sdp.Local{
		Addr: netip.MustParseAddr("192.0.2.1"), SessionID: 1,
		Streams: []sdp.Stream{{Kind: "audio", Port: 40000, Codecs: []sdp.Codec{
			{PayloadType: 0, Name: "PCMU", ClockRate: 8000}, {PayloadType: 8, Name: "PCMA", ClockRate: 8000}}}},
	}
}

// testSDP is an offer or answer that fits testLocal.
func testSDP(t testing.TB) string {
	t.Helper()
	body, err := new(sdp.Negotiation).Offer(testLocal())
	if err != nil {
		t.Fatal(err)
	}
	return body
}
