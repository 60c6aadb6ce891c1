package userspace

import (
	"context"
	"testing"

	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/transport"
)

// TestSIP puts the sockets of SIP on both stacks, and sends messages by UDP and TCP
// in both directions.
func TestSIP(t *testing.T) {
	w := aWorld(t)
	open := func(s *Stack, at sipnet.Path) (*sipnet.Protected, chan transport.Inbound) {
		got := make(chan transport.Inbound, 10)
		p := sipnet.NewProtected(sipnet.ProtectedConfig{Network: s}, func(x transport.Inbound) {
			x.Data = append([]byte(nil), x.Data...)
			got <- x
		})
		t.Cleanup(func() { p.Close() })
		if err := p.Add(at); err != nil {
			t.Fatal(err)
		}
		return p, got
	}
	ue, toUE := open(w.ue, sipnet.Path{Gen: 1, LocalClient: w.uc(), LocalServer: w.us(), RemoteClient: w.pc(), RemoteServer: w.ps()})
	pcscf, toPCSCF := open(w.pcscf, sipnet.Path{Gen: 7, LocalClient: w.pc(), LocalServer: w.ps(), RemoteClient: w.uc(), RemoteServer: w.us()})
	message := "OPTIONS sip:ims.example SIP/2.0\r\nContent-Length: 0\r\n\r\n"
	exchange := func(from *sipnet.Protected, gen uint32, proto transport.Proto, to chan transport.Inbound) transport.Flow {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), bound)
		defer cancel()
		flow, err := from.Connect(ctx, gen, proto)
		if err != nil {
			t.Fatal(err)
		}
		if err := from.Send(flow, []byte(message)); err != nil {
			t.Fatal(err)
		}
		in := soon(t, "the message", func() transport.Inbound { return <-to })
		if in.Err != nil || string(in.Data) != message || in.Flow.Proto != proto {
			t.Fatalf("%s: %q, %v", in.Flow, in.Data, in.Err)
		}
		return in.Flow
	}
	for _, proto := range []transport.Proto{transport.UDP, transport.TCP} {
		flow := exchange(ue, 1, proto, toPCSCF)
		if err := pcscf.Send(flow, []byte(message)); err != nil { // the response's way
			t.Fatal(err)
		}
		if in := soon(t, "the response", func() transport.Inbound { return <-toUE }); string(in.Data) != message {
			t.Fatalf("%q, %v", in.Data, in.Err)
		}
		exchange(pcscf, 7, proto, toUE)
	}
}
