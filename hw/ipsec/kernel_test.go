//go:build ipsec

package ipsec

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestEverySuite sends requests and responses, by UDP and TCP, through the four
// SAs of a set.
func TestEverySuite(t *testing.T) {
	for _, suite := range secagree.Suites() {
		for family, addrs := range ends {
			t.Run(suite.String()+", "+family, func(t *testing.T) { fourSAs(t, testSet(suite, addrs, 0)) })
		}
	}
}

func fourSAs(t *testing.T, set secagree.Set) {
	w := newWire(t)
	wiretap := newTap(t, w.pcscf)
	handles := w.install(t, set, UE, PCSCF)
	sas := set.SAs()
	uc, ps, pc, us := sas[0].Source, sas[0].Destination, sas[2].Source, sas[2].Destination

	ueClient, ueServer := udp(t, w.ue, uc), udp(t, w.ue, us)
	pcscfClient, pcscfServer := udp(t, w.pcscf, pc), udp(t, w.pcscf, ps)
	send(t, ueClient, ps, "REGISTER")
	expect(t, pcscfServer, uc, "REGISTER")
	send(t, pcscfServer, uc, "200")
	expect(t, ueClient, ps, "200")
	long := strings.Repeat("NOTIFY ", 200) // 1400 bytes
	send(t, pcscfClient, us, long)
	expect(t, ueServer, pc, long)
	send(t, ueServer, pc, "200")
	expect(t, pcscfClient, us, "200")
	echo(t, w.ue, w.pcscf, uc, ps, 100_000)
	echo(t, w.pcscf, w.ue, pc, us, 100_000)

	mine, err := handles[UE].Counters()
	ok(t, err)
	theirs, err := handles[PCSCF].Counters()
	ok(t, err)
	crossed := wiretap.spis(t)
	for i, sa := range sas {
		if mine[i].Packets < 10 || mine[i].Bytes < 1000 || mine[i].Replayed+mine[i].Forged+theirs[i].Replayed+theirs[i].Forged != 0 {
			t.Errorf("SA %d: UE's counter %+v, P-CSCF's %+v", i, mine[i], theirs[i])
		}
		if crossed[sa.SPI] < 10 {
			t.Errorf("SA %d: %d packets crossed the wire", i, crossed[sa.SPI])
		}
	}
	if len(crossed) != len(sas) {
		t.Errorf("SPIs on the wire: %v", crossed)
	}
}

// TestClearPacketsAreDropped: the sides have the set one after the other.
func TestClearPacketsAreDropped(t *testing.T) {
	for family, addrs := range ends {
		t.Run(family, func(t *testing.T) {
			w, set := newWire(t), testSet(shaNull, addrs, 0)
			uc, ps := set.SAs()[0].Source, set.SAs()[0].Destination
			client, server := udp(t, w.ue, uc), udp(t, w.pcscf, ps)
			handles := w.install(t, set, PCSCF)
			send(t, client, ps, "forged")
			until(t, "the clear packet is counted", func() bool { return w.pcscfKernel.Outside() == 1 })
			if h := w.pcscfKernel.Hints(w.pcscfKernel.stats.start); !strings.Contains(h, clearPackets+" 1") {
				t.Errorf("hints %q", h)
			}
			w.install(t, set, UE)
			send(t, client, ps, "genuine")
			expect(t, server, uc, "genuine")
			if c, err := handles[PCSCF].Counters(); err != nil || c[0].Packets != 1 {
				t.Errorf("counters %+v, %v", c, err)
			}
		})
	}
}

// TestNothingLeavesInTheClear: once the SAs are gone their policies hold.
func TestNothingLeavesInTheClear(t *testing.T) {
	w, set := newWire(t), testSet(shaNull, ends["IPv4"], 0)
	uc, ps := set.SAs()[0].Source, set.SAs()[0].Destination
	wiretap, client := newTap(t, w.pcscf), udp(t, w.ue, uc)
	handle := w.install(t, set, UE)[UE].(*installed)
	for _, s := range handle.states {
		ok(t, w.ue.link.XfrmStateDel(s.id()))
	}
	client.WriteToUDPAddrPort([]byte("REGISTER"), ps) // may be refused, or dropped
	if _, err := handle.Counters(); !errors.Is(err, ErrGone) {
		t.Errorf("counters: %v", err)
	}
	if err := handle.SetLifetime(time.Minute); !errors.Is(err, ErrGone) {
		t.Errorf("lifetime: %v", err)
	}
	ok(t, handle.Close())
	send(t, client, ps, "clear") // the set is closed: this one may
	var clear [][]byte
	until(t, "the last packet crossed", func() bool {
		clear = append(clear, wiretap.packets(t)...)
		return slices.ContainsFunc(clear, func(p []byte) bool { return strings.HasSuffix(string(p), "clear") })
	})
	if slices.ContainsFunc(clear, func(p []byte) bool { return strings.HasSuffix(string(p), "REGISTER") }) {
		t.Error("a request left in the clear")
	}
}

func TestCloseRemovesAll(t *testing.T) {
	w := newWire(t)
	for _, addrs := range ends {
		h := w.install(t, testSet(shaCBC, addrs, 0), UE)[UE]
		if s, p := left(t, w.ue); len(s) != 4 || len(p) != 4 {
			t.Fatalf("installed: %d states, %d policies", len(s), len(p))
		}
		ok(t, h.Close())
		ok(t, h.Close())
		if s, p := left(t, w.ue); len(s)+len(p) != 0 {
			t.Errorf("left: %v, %v", s, p)
		}
	}
}

// TestAllOrNothing has the third SPI taken by somebody else.
func TestAllOrNothing(t *testing.T) {
	w, set := newWire(t), testSet(shaCBC, ends["IPv4"], 0)
	states, err := plan(set, UE)
	ok(t, err)
	other := states[2].id()
	other.Auth = &netlink.XfrmStateAlgo{Name: "hmac(md5)", Key: make([]byte, 16), TruncateLen: 96}
	other.Crypt = &netlink.XfrmStateAlgo{Name: "ecb(cipher_null)"}
	other.Mode = netlink.XFRM_MODE_TRANSPORT
	ok(t, w.ue.link.XfrmStateAdd(other))
	if _, err := w.ueKernel.Install(t.Context(), set, UE); !errors.Is(err, ErrTaken) {
		t.Errorf("error %v", err)
	}
	if s, p := left(t, w.ue); len(s) != 1 || s[0].Reqid != 0 || len(p) != 0 {
		t.Errorf("left: %d states, %d policies", len(s), len(p))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.ueKernel.Install(ctx, testSet(shaCBC, ends["IPv4"], 1), UE); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if s, p := left(t, w.ue); len(s) != 1 || len(p) != 0 {
		t.Errorf("left: %d states, %d policies", len(s), len(p))
	}
}

// TestSweepRemovesOnlyOurs leaves sets behind as a crash does, beside one that
// lives, one of another address and one of another program.
func TestSweepRemovesOnlyOurs(t *testing.T) {
	for family, addrs := range ends {
		t.Run(family, func(t *testing.T) {
			w := newWire(t)
			crashed := newKernel(t, w.ue)
			_, err := crashed.Install(t.Context(), testSet(shaCBC, addrs, 0), UE)
			ok(t, err)
			other := addrs
			other[0] = other[0].Next().Next()
			_, err = crashed.Install(t.Context(), testSet(shaCBC, other, 1), UE)
			ok(t, err)
			live, err := w.ueKernel.Install(t.Context(), testSet(shaCBC, addrs, 2), UE)
			ok(t, err)
			foreign, err := plan(testSet(shaNull, addrs, 3), UE)
			ok(t, err)
			foreign[0].reqid = 7
			ok(t, w.ueKernel.request(nl.XFRM_MSG_NEWSA, foreign[0], 1000))
			ok(t, w.ue.link.XfrmPolicyAdd(foreign[0].policy()))

			removed, err := w.ueKernel.Sweep(addrs[0])
			if err != nil || removed != 8 {
				t.Errorf("removed %d, %v", removed, err)
			}
			if s, p := left(t, w.ue); len(s) != 4+4+1 || len(p) != 4+4+1 {
				t.Errorf("left: %d states, %d policies", len(s), len(p))
			}
			if _, err := live.Counters(); err != nil {
				t.Errorf("a living set: %v", err)
			}
			if removed, err := w.ueKernel.Sweep(addrs[0]); removed != 0 || err != nil {
				t.Errorf("again: removed %d, %v", removed, err)
			}
		})
	}
}

// TestSetsMayShareAPairOfPorts: the P-CSCF kept its client port, the UE its
// server port.
func TestSetsMayShareAPairOfPorts(t *testing.T) {
	w, first := newWire(t), testSet(shaCBC, ends["IPv4"], 0)
	second := testSet(shaCBC, ends["IPv4"], 1)
	second.UE.ServerPort, second.PCSCF.ClientPort = first.UE.ServerPort, first.PCSCF.ClientPort
	older, newer := w.install(t, first, UE, PCSCF), w.install(t, second, UE, PCSCF)
	pc, us := second.SAs()[2].Source, second.SAs()[2].Destination
	client, server := udp(t, w.pcscf, pc), udp(t, w.ue, us)
	send(t, client, us, "both there")
	expect(t, server, pc, "both there")
	ok(t, older[UE].Close())
	ok(t, older[PCSCF].Close())
	send(t, client, us, "newer there")
	expect(t, server, pc, "newer there")
	ok(t, newer[UE].Close())
	ok(t, newer[PCSCF].Close())
	for _, n := range []*namespace{w.ue, w.pcscf} {
		if s, p := left(t, n); len(s)+len(p) != 0 {
			t.Errorf("left: %d states, %d policies", len(s), len(p))
		}
	}
}

func TestLifetime(t *testing.T) {
	w, set := newWire(t), testSet(shaCBC, ends["IPv4"], 0)
	uc, ps := set.SAs()[0].Source, set.SAs()[0].Destination
	client, server := udp(t, w.ue, uc), udp(t, w.pcscf, ps)
	handles := w.install(t, set, UE, PCSCF)
	send(t, client, ps, "before")
	expect(t, server, uc, "before")
	ok(t, handles[UE].SetLifetime(time.Hour))
	states, _ := left(t, w.ue)
	for _, s := range states {
		if l := s.Limits.TimeHard; l < 3600 || l > 3600+uint64(bound/time.Second) {
			t.Errorf("limits %+v", s.Limits)
		}
	}
	// The new limit doesn't start the sequence numbers anew.
	send(t, client, ps, "after")
	expect(t, server, uc, "after")
	if c, err := handles[PCSCF].Counters(); err != nil || c[0].Packets != 2 || c[0].Replayed != 0 {
		t.Errorf("counters %+v, %v", c, err)
	}
	ok(t, handles[UE].SetLifetime(time.Millisecond))
	until(t, "the SAs expired", func() bool {
		_, err := handles[UE].Counters()
		return errors.Is(err, ErrGone)
	})
	ok(t, handles[UE].Close())
	if s, p := left(t, w.ue); len(s)+len(p) != 0 {
		t.Errorf("left: %d states, %d policies", len(s), len(p))
	}
}

// TestOtherKeysAreCounted: the two sides disagree on IK.
func TestOtherKeysAreCounted(t *testing.T) {
	w, set := newWire(t), testSet(shaCBC, ends["IPv4"], 0)
	uc, ps := set.SAs()[0].Source, set.SAs()[0].Destination
	client := udp(t, w.ue, uc)
	w.install(t, set, UE)
	set.IK = aka.NewKey([16]byte{0xbe, 0xef})
	handle := w.install(t, set, PCSCF)[PCSCF]
	send(t, client, ps, "REGISTER")
	until(t, "the packet is counted as forged", func() bool {
		c, err := handle.Counters()
		ok(t, err)
		return c[0].Forged == 1
	})
	if h := w.pcscfKernel.Hints(w.pcscfKernel.stats.start); !strings.Contains(h, "XfrmInStateProtoError 1 (") {
		t.Errorf("hints %q", h)
	}
	if n := w.pcscfKernel.Outside(); n != 0 {
		t.Errorf("outside %d", n)
	}
}

func TestThisKernelHasEverySuite(t *testing.T) {
	k := newKernel(t, newNamespace(t))
	if got, err := k.Suites(); err != nil || !slices.Equal(got, secagree.Suites()) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestWithoutPrivilege gives up the privilege on one thread.
func TestWithoutPrivilege(t *testing.T) {
	n := newNamespace(t)
	in(t, n, func() (struct{}, error) {
		_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534)
		if errno != 0 {
			return struct{}{}, errno
		}
		if err := Available(); !errors.Is(err, ErrPrivilege) || !strings.Contains(err.Error(), "ipsec = userspace") {
			t.Errorf("error %v", err)
		}
		return struct{}{}, nil
	})
}

// TestManyAtOnce installs, reads and removes sets from many goroutines, while
// another one sweeps.
func TestManyAtOnce(t *testing.T) {
	w := newWire(t)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			set := testSet(shaCBC, ends["IPv4"], n)
			for range 5 {
				if err := comeAndGo(t.Context(), w.ueKernel, set); err != nil {
					t.Errorf("set %d: %v", n, err)
				}
			}
		})
	}
	all.Go(func() {
		for range 20 {
			if removed, err := w.ueKernel.Sweep(ends["IPv4"][0]); removed != 0 || err != nil {
				t.Errorf("swept %d, %v", removed, err)
			}
		}
	})
	all.Wait()
	if s, p := left(t, w.ue); len(s)+len(p) != 0 {
		t.Errorf("left: %d states, %d policies", len(s), len(p))
	}
}

func comeAndGo(ctx context.Context, k *Kernel, set secagree.Set) error {
	h, err := k.Install(ctx, set, UE)
	if err != nil {
		return err
	}
	_, err = h.Counters()
	return errors.Join(err, h.SetLifetime(time.Hour), h.Close())
}
