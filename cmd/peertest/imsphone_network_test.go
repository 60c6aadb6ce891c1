//go:build peers

package peertest

import (
	"strings"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/hss"
)

// TestIMSLongNotify: the registration's state of a subscriber with many
// identities doesn't fit into a datagram, so that it comes over TCP to a phone
// that registered over UDP.
func TestIMSLongNotify(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	alice := IMSAlice()
	alice.Names = []string{"alice", "alice.home", "alice.work"}
	e.core(IMSOptions{NonceReuse: true, Subscribers: []hss.Subscriber{alice.Subscriber()}})
	p := e.phone(e.host("phone", 21), subscriber(alice, "udp"))
	e.registered(p)
	e.notified(p)
	trace := must(p.Trace(e.step()))(t)
	for _, r := range trace {
		if r.Label == "NOTIFY" && len(r.Raw) > 1300 && strings.HasPrefix(r.Raw, "NOTIFY ") {
			if _, via, _ := strings.Cut(r.Raw, "\nVia: SIP/2.0/"); !strings.HasPrefix(via, "TCP ") {
				t.Errorf("%d bytes came by %s", len(r.Raw), strings.Fields(via)[0])
			}
			return
		}
	}
	t.Errorf("no long NOTIFY among %d messages", len(trace))
}

// TestIMSNextPCSCF: the first P-CSCF isn't there.
func TestIMSNextPCSCF(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.core(IMSOptions{})
	e.host("nobody", 99)
	config := subscriber(IMSAlice(), "tcp")
	config.IMS.PCSCF = []string{"10.46.0.99", "10.46.0.11"}
	p := e.phone(e.host("phone", 21), config)
	e.registered(p)
	e.notified(p)
}

// TestIMSDiscovery: the P-CSCF's name alone; transport and port are the DNS's
// (RFC 3263).
func TestIMSDiscovery(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	config := subscriber(IMSAlice(), "")
	config.IMS.PCSCF = []string{"pcscf." + IMSRealm}
	config.Nameserver = c.Nameserver().String()
	p := e.phone(e.host("phone", 21), config)
	e.registered(p)
	e.notified(p)
}

// TestIMSMove: the phone's address changes, and its registration follows, in a
// call that it may have.
func TestIMSMove(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.core(IMSOptions{NonceReuse: true})
	config := subscriber(IMSAlice(), "udp")
	config.Roams = true
	h := e.host("phone", 21)
	p := e.phone(h, config)
	e.registered(p)
	e.notified(p)
	check(t, h.Move(23))
	s := must(p.waitStatus(e.step(), "a registration at the new address", func(s PhoneStatus) bool {
		return s.Accounts[0].State == "registered" && strings.Contains(s.Accounts[0].Contact, "@10.46.0.23:")
	}))(t)
	if n := associations(s); n["active"] != 1 {
		t.Errorf("sets %v", n)
	}
	// It can be called there.
	bob := subscriber(IMSBob(), "udp")
	b := e.phone(e.host("bob", 22), bob)
	e.registered(b)
	e.order(b, "call", IMSAlice().Number)
	e.did(p, "incoming")
	e.order(p, "answer")
	e.did(b, "answered")
	e.order(p, "hangup")
	e.did(b, "ended")
}
