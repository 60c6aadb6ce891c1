package resolver

import (
	"testing"
	"time"

	"github.com/miekg/dns"
)

// FuzzRead: no message is misread: what is taken out of it is in it.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"a.test. 300 IN A 192.0.2.1", "a.test. 300 IN AAAA 2001:db8::1", "a.test. 300 IN SRV 1 2 3 b.test.",
		`a.test. 300 IN NAPTR 1 2 "s" "SIP+D2U" "" b.test.`, "a.test. 1 IN CNAME b.test.", "a.test. 1 IN SOA a.test. b.test. 1 1 1 1 1",
	} {
		rr, err := dns.NewRR(text)
		if err != nil {
			f.Fatal(err)
		}
		m := new(dns.Msg).SetQuestion("a.test.", rr.Header().Rrtype)
		m.Answer, m.Ns = []dns.RR{rr}, []dns.RR{rr}
		wire, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire, rr.Header().Rrtype)
	}
	f.Fuzz(func(t *testing.T, wire []byte, kind uint16) {
		m := new(dns.Msg)
		if m.Unpack(wire) != nil {
			return
		}
		r := readResponse(m, Kind(kind), "a.test")
		n := len(r.answer.Addrs) + len(r.answer.SRV) + len(r.answer.NAPTR)
		same := 0
		for _, rr := range m.Answer {
			if rr.Header().Rrtype == kind {
				same++
			}
		}
		if n > same || r.answer.TTL < 0 || r.answer.TTL > maxTTL || n > 0 && (r.alias != "" || r.answer.NoName) {
			t.Fatalf("%v gave %+v", m, r)
		}
	})
}

func TestTTLBounds(t *testing.T) {
	for ttl, want := range map[uint32]time.Duration{0: 0, 1: time.Second, 1 << 31: 0, 1<<31 - 1: (1<<31 - 1) * time.Second} {
		if got := seconds(ttl); got != want {
			t.Errorf("TTL %d: %v", ttl, got)
		}
	}
}
