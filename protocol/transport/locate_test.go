package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// zone is a scripted DNS: "TYPE name" → records.
type zone map[string][]Record

func addr(s string) Record { return Record{Addr: netip.MustParseAddr(s)} }

var example = zone{
	"NAPTR example.org": {
		{Order: 20, Preference: 1, Service: "SIP+D2U", Replacement: "_sip._udp.example.org."},
		{Order: 10, Preference: 9, Service: "SIP+D2T", Replacement: "_sip._tcp.example.org."},
		{Order: 10, Preference: 1, Service: "SIPS+D2T", Replacement: "_sips._tcp.example.org."},
		{Order: 1, Service: "SIP+D2S", Replacement: "_sip._sctp.example.org."},
	},
	"SRV _sip._udp.example.org":  {{Priority: 2, Port: 5070, Target: "b.example.org."}, {Priority: 1, Port: 5060, Target: "a.example.org."}},
	"SRV _sip._tcp.example.org":  {{Port: 5080, Target: "a.example.org"}},
	"SRV _sips._tcp.example.org": {{Port: 5061, Target: "a.example.org"}},
	"A a.example.org":            {addr("192.0.2.1")},
	"AAAA a.example.org":         {addr("2001:db8::1")},
	"A b.example.org":            {addr("192.0.2.2"), addr("192.0.2.3")},
	"A plain.example.org":        {addr("192.0.2.9")},
	"SRV _sip._udp.off.org":      {{Target: "."}},
	"SRV _sip._udp.srv.org":      {{Port: 5062, Target: "a.example.org"}},
}

func locate(t *testing.T, uri string, z zone) (string, error) {
	t.Helper()
	l, err := NewLocator(uri, func(n int) int { return n - 1 })
	if err != nil {
		return "", err
	}
	var asked []string
	for q, ok := l.Next(); ok; q, ok = l.Next() {
		key := fmt.Sprintf("%v %s", q.Type, q.Name)
		asked = append(asked, key)
		if len(asked) > 50 {
			t.Fatalf("endless: %q", asked)
		}
		l.Answer(Answer{z[key]}, nil)
	}
	targets, err := l.Targets()
	var list []string
	for _, target := range targets {
		list = append(list, fmt.Sprintf("%v %v", target.Proto, target.Addr))
	}
	return strings.Join(list, ", "), err
}

func TestLocate(t *testing.T) {
	tests := []struct{ uri, want string }{
		// Numeric hosts need no DNS.
		{"sip:192.0.2.7", "UDP 192.0.2.7:5060"},
		{"sip:alice@192.0.2.7:5070;transport=tcp", "TCP 192.0.2.7:5070"},
		{"sip:[2001:db8::7]", "UDP [2001:db8::7]:5060"},
		{"sips:192.0.2.7", "TLS 192.0.2.7:5061"},
		{"sip:192.0.2.7;transport=TLS", "TLS 192.0.2.7:5061"},
		{"sip:example.org;maddr=192.0.2.8", "UDP 192.0.2.8:5060"},
		// An explicit port: addresses only (§4.2).
		{"sip:b.example.org:5099", "UDP 192.0.2.2:5099, UDP 192.0.2.3:5099"},
		// NAPTR decides the transport, SRV the order.
		{"sip:example.org", "TLS [2001:db8::1]:5061, TLS 192.0.2.1:5061, TCP [2001:db8::1]:5080, TCP 192.0.2.1:5080, " +
			"UDP [2001:db8::1]:5060, UDP 192.0.2.1:5060, UDP 192.0.2.2:5070, UDP 192.0.2.3:5070"},
		// A transport parameter: SRV for it alone.
		{"sip:example.org;transport=tcp", "TCP [2001:db8::1]:5080, TCP 192.0.2.1:5080"},
		{"sips:example.org", "TLS [2001:db8::1]:5061, TLS 192.0.2.1:5061"},
		// No NAPTR, then no SRV either.
		{"sip:srv.org", "UDP [2001:db8::1]:5062, UDP 192.0.2.1:5062"},
		{"sip:plain.example.org", "UDP 192.0.2.9:5060"},
		{"sip:plain.example.org;transport=tcp", "TCP 192.0.2.9:5060"},
	}
	for _, tt := range tests {
		if got, err := locate(t, tt.uri, example); err != nil || got != tt.want {
			t.Errorf("%s → %s, %v; want %s", tt.uri, got, err, tt.want)
		}
	}
}

func TestLocateSaysWhyNot(t *testing.T) {
	for uri, want := range map[string]error{
		"sip:nowhere.org": ErrNoAddress, "sip:off.org": ErrNoAddress, "tel:+1555": ErrUnlocatable,
		"sip:example.org;transport=sctp": ErrUnlocatable,
	} {
		if _, err := locate(t, uri, example); !errors.Is(err, want) {
			t.Errorf("%s: %v", uri, err)
		}
	}
	l, err := NewLocator("sip:example.org:5060", nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		l.Answer(Answer{}, errors.New("server failure"))
	}
	if _, err := l.Targets(); err == nil || !strings.Contains(err.Error(), "server failure") {
		t.Errorf("%v", err)
	}
}

// TestWeights draws often: servers come first in proportion to their weight
// (RFC 2782).
func TestWeights(t *testing.T) {
	state := uint32(1)
	random := func(n int) int { state = state*1664525 + 1013904223; return int(uint64(state) * uint64(n) >> 32) }
	l := &Locator{random: random}
	first := map[string]int{}
	for range 4000 {
		order := l.weigh([]Record{{Weight: 30, Target: "a"}, {Weight: 10, Target: "b"}, {Weight: 0, Target: "c"}})
		if len(order) != 3 {
			t.Fatalf("%v", order)
		}
		first[order[0].Target]++
	}
	if first["a"] < 2700 || first["a"] > 3200 || first["b"] < 700 || first["b"] > 1250 || first["c"] > 200 {
		t.Errorf("first: %v", first)
	}
}

func FuzzLocator(f *testing.F) {
	f.Add("sip:example.org", []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, uri string, script []byte) {
		l, err := NewLocator(uri, func(n int) int { return 0 })
		if err != nil {
			return
		}
		for range 64 {
			if _, ok := l.Next(); !ok {
				if targets, err := l.Targets(); (err == nil) != (len(targets) > 0) {
					t.Errorf("%v with %v", targets, err)
				}
				return
			}
			var a Answer
			if len(script) > 0 {
				a.Records = []Record{{Service: "SIP+D2U", Replacement: uri, Port: uint16(script[0]), Target: string(script), Addr: netip.AddrFrom4([4]byte{192, 0, 2, script[0]})}}
				script = script[1:]
			}
			l.Answer(a, nil)
		}
		t.Errorf("%q: endless", uri)
	})
}
