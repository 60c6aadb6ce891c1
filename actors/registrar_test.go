package actors_test

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

const registrarAddr = "10.0.0.100"

// registrar grants every REGISTER, and remembers them.
type registrar struct {
	socket *simnet.Socket

	mu      sync.Mutex
	expires []string // of each REGISTER that came
}

func newRegistrar(t *testing.T, net *simnet.Net) *registrar {
	r := &registrar{}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.socket = net.Listen(netip.MustParseAddrPort(registrarAddr+":5060"), r.receive)
	t.Cleanup(func() { r.socket.Close() })
	return r
}

func (r *registrar) receive(in transport.Inbound) {
	msg, err := sip.Parse(in.Data)
	if err != nil || msg.Method() != sip.REGISTER {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expires = append(r.expires, msg.Get(sip.HExpires))
	d := sip.NewResponse(msg, 200, "")
	if msg.Get(sip.HExpires) != "0" {
		d.Add(sip.HContact, msg.Get(sip.HContact)+";expires="+msg.Get(sip.HExpires))
	}
	_ = r.socket.Send(in.Flow, d.Bytes()) // a lost response is asked for again
}

func (r *registrar) registers() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.expires...)
}

// registering lets a phone's account register with the registrar.
func registering(c *actors.Config) {
	c.Accounts[0].Register = true
	c.Accounts[0].Registrar = "sip:" + registrarAddr
}
