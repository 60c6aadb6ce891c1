package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

var compareAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// TestKinds reads every kind of record, aliases included.
func TestKinds(t *testing.T) {
	s := startServer(t, zone(t,
		`lab.test. 300 IN NAPTR 50 60 "s" "SIPS+D2T" "" _sips._tcp.lab.test.`,
		`lab.test. 200 IN NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp.lab.test.`,
		`_sip._udp.lab.test. 300 IN SRV 1 2 5060 Proxy.lab.test.`,
		`_sip._tcp.lab.test. 300 IN SRV 0 0 0 .`,
		`proxy.lab.test. 300 IN A 192.0.2.1`,
		`proxy.lab.test. 300 IN A 192.0.2.2`,
		`proxy.lab.test. 300 IN AAAA 2001:db8::1`,
		`alias.test. 30 IN CNAME second.test.`,
		`second.test. 300 IN CNAME proxy.lab.test.`,
	))
	// The zone above has the alias's records behind it only if they follow in
	// the response: this one's do.
	aliases := startServer(t, zone(t,
		`alias.test. 30 IN CNAME second.test.`, `second.test. 300 IN CNAME proxy.lab.test.`, `proxy.lab.test. 300 IN A 192.0.2.1`))
	for _, test := range []struct {
		server *server
		kind   Kind
		name   string
		want   Answer
	}{
		{s, NAPTR, "lab.test", Answer{TTL: 200 * time.Second, NAPTR: []Pointer{
			{50, 60, "s", "SIPS+D2T", "", "_sips._tcp.lab.test"}, {100, 50, "s", "SIP+D2U", "", "_sip._udp.lab.test"}}}},
		{s, SRV, "_sip._udp.LAB.test.", Answer{TTL: 300 * time.Second, SRV: []Service{{1, 2, 5060, "Proxy.lab.test"}}}},
		{s, SRV, "_sip._tcp.lab.test", Answer{TTL: 300 * time.Second, SRV: []Service{{}}}},
		{s, A, "proxy.lab.test", Answer{TTL: 300 * time.Second, Addrs: addrs("192.0.2.1", "192.0.2.2")}},
		{s, AAAA, "proxy.lab.test", Answer{TTL: 300 * time.Second, Addrs: addrs("2001:db8::1")}},
		{s, NAPTR, "proxy.lab.test", Answer{TTL: 60 * time.Second}},
		{s, A, "nobody.test", Answer{TTL: 60 * time.Second, NoName: true}},
		{aliases, A, "alias.test", Answer{TTL: 30 * time.Second, Addrs: addrs("192.0.2.1")}},
	} {
		got := lookup(t, resolver(t, test.server.addr), test.kind, test.name)
		if diff := cmp.Diff(test.want, got, compareAddr); diff != "" {
			t.Errorf("%s %s: %s", test.kind, test.name, diff)
		}
	}
}

// TestAliasElsewhere: a server that gives an alias alone is asked for what it
// stands for.
func TestAliasElsewhere(t *testing.T) {
	s := startServer(t, func(_ string, q *dns.Msg) *dns.Msg {
		m := new(dns.Msg).SetReply(q)
		text := "b.test. 300 IN A 192.0.2.1"
		if q.Question[0].Name == "a.test." {
			text = "a.test. 20 IN CNAME b.test."
		}
		rr, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		m.Answer = append(m.Answer, rr)
		return m
	})
	got := lookup(t, resolver(t, s.addr), A, "a.test")
	if diff := cmp.Diff(Answer{TTL: 20 * time.Second, Addrs: addrs("192.0.2.1")}, got, compareAddr); diff != "" {
		t.Error(diff)
	}
}

func TestAliasesWithoutEnd(t *testing.T) {
	s := startServer(t, func(_ string, q *dns.Msg) *dns.Msg {
		m := new(dns.Msg).SetReply(q)
		rr, err := dns.NewRR(q.Question[0].Name + " 20 IN CNAME x." + q.Question[0].Name)
		if err != nil {
			panic(err)
		}
		m.Answer = append(m.Answer, rr)
		return m
	})
	if _, err := resolver(t, s.addr).Lookup(context.Background(), A, "a.test"); !errors.Is(err, errAliases) {
		t.Errorf("got %v", err)
	}
	if n := len(s.queries()); n != maxAliases {
		t.Errorf("asked %d times", n)
	}
}

// TestTruncated: a response that doesn't fit UDP comes by TCP.
func TestTruncated(t *testing.T) {
	var records []string
	for i := range 200 {
		records = append(records, fmt.Sprintf("big.test. 300 IN A 192.0.2.%d", i))
	}
	whole := zone(t, records...)
	s := startServer(t, func(network string, q *dns.Msg) *dns.Msg {
		m := whole(network, q)
		if network == "udp" {
			m.Truncate(udpSize)
		}
		return m
	})
	if got := lookup(t, resolver(t, s.addr), A, "big.test"); len(got.Addrs) != 200 {
		t.Errorf("%d addresses", len(got.Addrs))
	}
	if want := []string{"udp A big.test.", "tcp A big.test."}; !slices.Equal(s.queries(), want) {
		t.Errorf("asked %v", s.queries())
	}
}

// TestNextServer: a server that fails, in whatever way, is passed over.
func TestNextServer(t *testing.T) {
	good := zone(t, "a.test. 300 IN A 192.0.2.1")
	for name, bad := range map[string]respond{
		"fails":   rcode(dns.RcodeServerFailure),
		"refuses": rcode(dns.RcodeRefused),
		"answers something else": func(n string, q *dns.Msg) *dns.Msg {
			m := good(n, q)
			m.Question[0].Name = "b.test."
			return m
		},
		"repeats the question": func(_ string, q *dns.Msg) *dns.Msg { return q },
	} {
		t.Run(name, func(t *testing.T) {
			first, second := startServer(t, bad), startServer(t, good)
			if got := lookup(t, resolver(t, first.addr, second.addr), A, "a.test"); len(got.Addrs) != 1 {
				t.Errorf("got %+v", got)
			}
			if len(first.queries()) != 1 || len(second.queries()) != 1 {
				t.Errorf("asked %v and %v", first.queries(), second.queries())
			}
		})
	}
}

// TestOldServer: one that doesn't know EDNS is asked without.
func TestOldServer(t *testing.T) {
	good := zone(t, "a.test. 300 IN A 192.0.2.1")
	s := startServer(t, func(n string, q *dns.Msg) *dns.Msg {
		if q.IsEdns0() != nil {
			return rcode(dns.RcodeFormatError)(n, q)
		}
		return good(n, q)
	})
	if got := lookup(t, resolver(t, s.addr), A, "a.test"); len(got.Addrs) != 1 {
		t.Errorf("got %+v", got)
	}
}

// TestSilentServer: it isn't waited for without end.
func TestSilentServer(t *testing.T) {
	s := startServer(t, silence)
	_, err := impatient(resolver(t, s.addr)).Lookup(context.Background(), A, "a.test")
	if !errors.Is(err, ErrNoServer) || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("got %v", err)
	}
}

// TestNoServer: the sentence, and how often everybody is asked.
func TestNoServer(t *testing.T) {
	nobody, failing := freePort(t), startServer(t, rcode(dns.RcodeServerFailure))
	_, err := resolver(t, nobody, failing.addr).Lookup(context.Background(), SRV, "a.test")
	var query *QueryError
	if !errors.Is(err, ErrNoServer) || !errors.As(err, &query) || !strings.Contains(err.Error(), "SERVFAIL") || !strings.Contains(err.Error(), "set dns.server") {
		t.Errorf("got %v", err)
	}
	if len(failing.queries()) != 2 {
		t.Errorf("asked %v", failing.queries())
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := startServer(t, func(string, *dns.Msg) *dns.Msg {
		cancel() // the caller gives up while it waits
		return nil
	})
	if _, err := resolver(t, s.addr).Lookup(ctx, A, "a.test"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(s.queries()) != 1 {
		t.Errorf("asked %v", s.queries())
	}
}

// TestRemembers: for as long as the TTL says, absence too; and not failures.
func TestRemembers(t *testing.T) {
	s := startServer(t, zone(t, "a.test. 300 IN A 192.0.2.1", "zero.test. 0 IN A 192.0.2.1"))
	r := resolver(t, s.addr)
	now := time.Unix(1000, 0)
	r.now = func() time.Time { return now }
	for _, step := range []struct {
		after time.Duration
		name  string
		asks  bool
		ttl   time.Duration
	}{
		{0, "a.test", true, 300 * time.Second},
		{100 * time.Second, "A.Test.", false, 200 * time.Second},
		{199 * time.Second, "a.test", false, time.Second},
		{time.Second, "a.test", true, 300 * time.Second},
		{0, "none.test", true, 60 * time.Second},
		{59 * time.Second, "none.test", false, time.Second},
		{time.Second, "none.test", true, 60 * time.Second},
		{0, "zero.test", true, 0},
		{0, "zero.test", true, 0},
	} {
		now = now.Add(step.after)
		before := len(s.queries())
		if got := lookup(t, r, A, step.name); got.TTL != step.ttl {
			t.Errorf("%s: TTL %v, want %v", step.name, got.TTL, step.ttl)
		}
		if asked := len(s.queries()) > before; asked != step.asks {
			t.Errorf("%s: asked %v, want %v", step.name, asked, step.asks)
		}
	}
	r.Forget()
	before := len(s.queries())
	lookup(t, r, A, "a.test")
	if len(s.queries()) == before {
		t.Error("remembers after Forget")
	}
}

func TestFailuresAreNotRemembered(t *testing.T) {
	good := zone(t, "a.test. 300 IN A 192.0.2.1")
	var mended atomic.Bool
	s := startServer(t, func(n string, q *dns.Msg) *dns.Msg {
		if !mended.Load() {
			return rcode(dns.RcodeServerFailure)(n, q)
		}
		return good(n, q)
	})
	r := resolver(t, s.addr)
	if _, err := r.Lookup(context.Background(), A, "a.test"); err == nil {
		t.Error("no error")
	}
	mended.Store(true)
	lookup(t, r, A, "a.test")
}

func TestHostsFile(t *testing.T) {
	s := startServer(t, zone(t, "dns.test. 300 IN A 192.0.2.9", "four.test. 300 IN AAAA 2001:db8::9"))
	r := resolver(t, s.addr)
	r.hosts.path = file(t, "# comment\n192.0.2.1 four.test Both.test # x\n2001:db8::1\tboth.test.\nbad line\n192.0.2.2 both.test\n")
	for _, test := range []struct {
		kind Kind
		name string
		want []netip.Addr
	}{
		{A, "FOUR.test", addrs("192.0.2.1")},
		{AAAA, "four.test", nil},
		{A, "both.test.", addrs("192.0.2.1", "192.0.2.2")},
		{AAAA, "both.test", addrs("2001:db8::1")},
		{A, "localhost", addrs("127.0.0.1")},
		{AAAA, "phone.localhost", addrs("::1")},
		{A, "dns.test", addrs("192.0.2.9")},
	} {
		if got := lookup(t, r, test.kind, test.name); !slices.Equal(got.Addrs, test.want) {
			t.Errorf("%s %s: %v, want %v", test.kind, test.name, got.Addrs, test.want)
		}
	}
	if want := []string{"udp A dns.test."}; !slices.Equal(s.queries(), want) {
		t.Errorf("asked %v", s.queries())
	}
	if err := os.WriteFile(r.hosts.path, []byte("192.0.2.77 four.test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := lookup(t, r, A, "four.test"); !slices.Equal(got.Addrs, addrs("192.0.2.77")) {
		t.Errorf("after a change of the file: %v", got.Addrs)
	}
}

// TestSearch: a name without dot is completed, for addresses only.
func TestSearch(t *testing.T) {
	s := startServer(t, zone(t, "proxy.two.test. 300 IN A 192.0.2.1"))
	r := resolver(t, s.addr)
	r.fixed.search = []string{"one.test", "two.test"}
	if got := lookup(t, r, A, "proxy"); len(got.Addrs) != 1 {
		t.Errorf("got %+v", got)
	}
	lookup(t, r, NAPTR, "proxy")
	lookup(t, r, A, "a.b")
	want := []string{"udp A proxy.one.test.", "udp A proxy.two.test.", "udp NAPTR proxy.", "udp A a.b."}
	if !slices.Equal(s.queries(), want) {
		t.Errorf("asked %v, want %v", s.queries(), want)
	}
}

func TestResolvConf(t *testing.T) {
	second := 2 * time.Second
	for text, want := range map[string]servers{
		"": {addrs: []string{"127.0.0.1:53"}, timeout: second, rounds: 2},
		"nameserver 192.0.2.1\nnameserver 2001:db8::1\nsearch a.test b.test\noptions timeout:1 attempts:9\n": {
			addrs: []string{"192.0.2.1:53", "[2001:db8::1]:53"}, search: []string{"a.test", "b.test"},
			timeout: time.Second, rounds: maxRounds},
	} {
		r, err := New(Config{ResolvConf: file(t, text)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.servers()
		if err != nil {
			t.Fatal(err)
		}
		if len(want.search) == 0 {
			got.search = nil
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(servers{})); diff != "" {
			t.Error(diff)
		}
	}
	r, err := New(Config{ResolvConf: "/does/not/exist", Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.servers(); err != nil || got.addrs[0] != "127.0.0.1:53" || got.timeout != time.Minute {
		t.Errorf("without the file: %+v, %v", got, err)
	}
}

func TestServerSetting(t *testing.T) {
	s := startServer(t, zone(t, "a.test. 300 IN A 192.0.2.1"))
	r, err := New(Config{Servers: []string{s.addr}})
	if err != nil {
		t.Fatal(err)
	}
	lookup(t, r, A, "a.test")
	for text, want := range map[string]string{
		"192.0.2.1": "192.0.2.1:53", "192.0.2.1:5353": "192.0.2.1:5353", "::1": "[::1]:53", "[::1]:5353": "[::1]:5353",
	} {
		if r, err := New(Config{Servers: []string{text}}); err != nil || r.fixed.addrs[0] != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"dns.test", "192.0.2.1:0", "192.0.2.1:99999", ":53", "x:y:z"} {
		if _, err := New(Config{Servers: []string{text}}); !errors.Is(err, ErrServer) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestNames(t *testing.T) {
	s := startServer(t, rcode(dns.RcodeNameError))
	r := resolver(t, s.addr)
	for _, name := range []string{"", ".", "a..b", strings.Repeat("a", 64) + ".test", strings.Repeat("a.", 200)} {
		if _, err := r.Lookup(context.Background(), A, name); !errors.Is(err, ErrName) {
			t.Errorf("%.20q: %v", name, err)
		}
	}
	if len(s.queries()) != 0 {
		t.Errorf("asked %v", s.queries())
	}
}

// TestGarbage: bytes that are no DNS message count as no answer.
func TestGarbage(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2000)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			pc.WriteTo(append(buf[:2:2], buf[n/2:n]...), from) // the right identifier, then nonsense
		}
	}()
	defer func() {
		pc.Close()
		<-done
	}()
	if _, err := impatient(resolver(t, pc.LocalAddr().String())).Lookup(context.Background(), A, "a.test"); !errors.Is(err, ErrNoServer) {
		t.Errorf("got %v", err)
	}
}
