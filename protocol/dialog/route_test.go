package dialog

import (
	"slices"
	"testing"

	"github.com/imsphone/imsphone/protocol/sip"
)

// TestPath is RFC 3261 §12.2.1.1 with loose and strict routers.
func TestPath(t *testing.T) {
	for _, c := range []struct {
		name   string
		set    []string
		uri    string
		routes []string
		hop    string
	}{
		{"direct", nil, "sip:bob@b", nil, "sip:bob@b"},
		{"loose", []string{"<sip:p1;lr>", "<sip:p2;lr>"}, "sip:bob@b", []string{"<sip:p1;lr>", "<sip:p2;lr>"}, "sip:p1;lr"},
		{"strict", []string{"<sip:p1?x=y>", "<sip:p2;lr>"}, "sip:p1", []string{"<sip:p2;lr>", "<sip:bob@b>"}, "sip:p1?x=y"},
		{"strict with method", []string{"<sip:p1;method=INVITE;maddr=h>"}, "sip:p1;maddr=h", []string{"<sip:bob@b>"}, "sip:p1;method=INVITE;maddr=h"},
		{"lr=on", []string{"<sip:p1;lr=on>"}, "sip:bob@b", []string{"<sip:p1;lr=on>"}, "sip:p1;lr=on"},
		{"unreadable", []string{"<sip:"}, "sip:bob@b", []string{"<sip:"}, "sip:bob@b"},
	} {
		uri, routes, hop := Path("sip:bob@b", c.set)
		if uri != c.uri || !slices.Equal(routes, c.routes) || hop != c.hop {
			t.Errorf("%s: %q %q %q", c.name, uri, routes, hop)
		}
	}
}

// TestRouteSets: a UAC turns Record-Route round and reads it anew in the 2xx; a
// UAS takes it as it stands.
func TestRouteSets(t *testing.T) {
	rr := []string{"Record-Route: <sip:p1;lr>, <sip:p2;lr>", "Record-Route: <sip:p3;lr>"}
	b := newCaller(t, nil, "Record-Route: <sip:old;lr>")
	if !slices.Equal(b.d.route.set, []string{"<sip:old;lr>"}) {
		t.Errorf("early: %q", b.d.route.set)
	}
	b.up(rr...)
	if !slices.Equal(b.d.route.set, []string{"<sip:p3;lr>", "<sip:p2;lr>", "<sip:p1;lr>"}) {
		t.Errorf("uac: %q", b.d.route.set)
	}
	b = newCallee(t, nil, testSDP(t), rr...)
	if !slices.Equal(b.d.route.set, []string{"<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"}) {
		t.Errorf("uas: %q", b.d.route.set)
	}
	b.do(Ring{})
	draft := b.fx[0].(Respond).Draft
	if got := slices.Collect(draft.Values(sip.HRecordRoute)); len(got) != 3 {
		t.Errorf("180 has Record-Route %q", got)
	}
}

func TestTargetRefresh(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INFO", 5, "", "Contact: <sip:x@elsewhere>")})
	moved := parse(t, "", "UPDATE sip:us@192.0.2.1 SIP/2.0", "From: <sip:p@x>;tag=peer", "To: <sip:u@x>;tag=us", "Call-ID: c1",
		"CSeq: 6 UPDATE", "Contact: <sip:peer@192.0.2.77;transport=tcp>")
	b.do(Incoming{ID: 3, Msg: moved})
	b.do(Bye{})
	for _, e := range b.fx {
		if r, ok := e.(Request); ok && (r.Draft.URI != "sip:peer@192.0.2.77;transport=tcp" || r.Hop != r.Draft.URI) {
			t.Errorf("BYE goes to %s by %s", r.Draft.URI, r.Hop)
		}
	}
}

func TestNewContact(t *testing.T) {
	b := newCaller(t, nil).up().do(Modify{Contact: "<sip:us@192.0.2.88>"}).want("send 2 INVITE +sdp")
	if c := b.fx[0].(Request).Draft.Get(sip.HContact); c != "<sip:us@192.0.2.88>" {
		t.Errorf("Contact %s", c)
	}
	b.do(Response{Key: b.key(), Msg: toUs(t, 200, "2 INVITE", testSDP(t))}).want("ack 2 ACK", "tell Agreed", "tell Modified")
}

// TestNoContact: without Contact the address of the other side has to do.
func TestNoContact(t *testing.T) {
	bare := func(lines ...string) *sip.Message { return parse(t, "", lines...) }
	r := routeOfRequest(bare("INVITE sip:us@x SIP/2.0", "From: <sip:peer@example.com>;tag=1"))
	if r.target != "sip:peer@example.com" {
		t.Errorf("uas: %q", r.target)
	}
	r = routeOfResponse(bare("SIP/2.0 180 Ringing", "To: <sip:peer@example.com>;tag=1"))
	if r.target != "sip:peer@example.com" {
		t.Errorf("uac: %q", r.target)
	}
	b := newCaller(t, nil)
	b.do(InviteResponse{Msg: bare("SIP/2.0 200 OK", "From: <sip:us@example.com>;tag=us", "To: <sip:peer@example.com>;tag=peer", "Call-ID: c1", "CSeq: 1 INVITE")})
	if b.d.route.target != "sip:peer@192.0.2.2" {
		t.Errorf("2xx without Contact: %q", b.d.route.target)
	}
}
