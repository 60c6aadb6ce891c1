package actors_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/sip"
)

// TestIMSTimers: an account of an IMS core has the timers of TS 24.229 table
// 7.7.1: E from 2 s up to 16 s, F 128 s.
func TestIMSTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		var sent []int
		start := time.Now()
		net.Lose = func([]byte) bool {
			sent = append(sent, int(time.Since(start).Seconds()))
			return true
		}
		newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(129 * time.Second)
		if want := []int{0, 2, 6, 14, 30, 46, 62, 78, 94, 110, 126}; !slices.Equal(sent, want) {
			t.Errorf("REGISTER at %v, want %v", sent, want)
		}
		if text := alice.account().Explain(time.Now()); !strings.Contains(text, "the server does not answer (no answer in time): check proxy and network") {
			t.Error(text)
		}
	})
}

// TestIMSRequests holds what TS 24.229 asks of each request of a phone.
func TestIMSRequests(t *testing.T) {
	const (
		tags    = `;+sip.instance="<urn:gsma:imei:35622410-483840-0>";+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel";audio`
		network = "IEEE-802.11"
		prefers = "<tel:+15550001>"
	)
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0), func(c *actors.Config) {
			c.Accounts[0].InstanceID = "urn:gsma:imei:35622410-483840-0"
		})
		pass(time.Second)
		alice.dial("sip:bob@ims.example.org")
		set := core.sets[1]
		var instance string // of the contact, and the same in all requests
		core.with(func() {
			registered, err := core.last[sip.REGISTER].Contact()
			if instance, _ = registered.URI.Param("rinstance"); err != nil || instance == "" {
				t.Errorf("the contact is %v: %v", registered, err)
			}
		})
		contact := "<sip:alice@" + netip.AddrPortFrom(set.set.UE.Addr, set.set.UE.ServerPort).String() + ";rinstance=" + instance + ">" + tags
		route := []string{"<sip:" + coreAddr + ":19999;lr>", "<sip:orig@scscf.example.org;lr>"}
		for method, want := range map[sip.Method]map[sip.HeaderID][]string{
			sip.REGISTER: {
				sip.HRequire: {"sec-agree"}, sip.HProxyRequire: {"sec-agree"}, sip.HSecurityVerify: {set.verify}, sip.HSecurityClient: {set.offer},
				sip.HPAccessNetworkInfo: {network}, sip.HContact: {contact}, sip.HExpires: {"600000"}, sip.HRoute: nil,
				sip.HSupported: {"path, gruu, outbound"}, sip.HPPreferredIdentity: nil,
			},
			sip.SUBSCRIBE: {
				sip.HRequire: {"sec-agree"}, sip.HProxyRequire: {"sec-agree"}, sip.HSecurityVerify: {set.verify}, sip.HSecurityClient: nil,
				sip.HPAccessNetworkInfo: {network}, sip.HPPreferredIdentity: {prefers}, sip.HContact: {contact}, sip.HRoute: route,
				sip.HEvent: {"reg"}, sip.HAccept: {"application/reginfo+xml"}, sip.HExpires: {"600000"},
			},
			sip.INVITE: {
				sip.HRequire: {"sec-agree"}, sip.HProxyRequire: {"sec-agree"}, sip.HSecurityVerify: {set.verify}, sip.HSecurityClient: nil,
				sip.HPAccessNetworkInfo: {network}, sip.HPPreferredIdentity: {prefers}, sip.HContact: {contact}, sip.HRoute: route,
				sip.HPPreferredService: {"urn:urn-7:3gpp-service.ims.icsi.mmtel"},
				sip.HAcceptContact:     {`*;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"`},
			},
		} {
			core.with(func() {
				msg := core.last[method]
				if msg == nil {
					t.Fatalf("no %s", method)
				}
				for id, lines := range want {
					if got := slices.Collect(msg.Lines(id)); !slices.Equal(got, lines) {
						t.Errorf("%s: %s is %q, want %q", method, id, got, lines)
					}
				}
				via, err := msg.Via()
				if err != nil || via.Host != aliceAddr || via.Port != set.set.UE.ServerPort {
					t.Errorf("%s: Via %+v", method, via)
				}
			})
		}
		core.with(func() {
			if uri := core.last[sip.SUBSCRIBE].RequestURI(); uri != "sip:alice@ims.example.org" {
				t.Errorf("subscribed to %s", uri)
			}
			if from := core.last[sip.INVITE].Get(sip.HFrom); !strings.HasPrefix(from, prefers+";tag=") {
				t.Errorf("From %s", from)
			}
		})
	})
}

// TestSecurityVerifyIsOfTheSet that a request goes over, also after renewals.
func TestSecurityVerifyIsOfTheSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		for n := range 3 {
			pass(51 * time.Minute)
			alice.dial("sip:bob@ims.example.org")
			core.with(func() {
				msg := core.last[sip.INVITE]
				if got := slices.Collect(msg.Lines(sip.HSecurityVerify)); len(got) != 1 || got[0] != core.sets[core.gens].verify || core.gens < uint32(n+2) {
					t.Errorf("over set %d: %q", core.gens, got)
				}
			})
		}
	})
}
