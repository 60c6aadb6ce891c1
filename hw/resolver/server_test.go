package resolver

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// server is a DNS server on loopback, by UDP and TCP at one port.
type server struct {
	addr string

	mu    sync.Mutex
	asked []string // "udp A name."
}

// respond makes the response to a query; nil gives none.
type respond func(network string, q *dns.Msg) *dns.Msg

func startServer(t *testing.T, answer respond) *server {
	t.Helper()
	s := &server{}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		network := w.LocalAddr().Network()
		s.mu.Lock()
		s.asked = append(s.asked, network+" "+dns.TypeToString[q.Question[0].Qtype]+" "+q.Question[0].Name)
		s.mu.Unlock()
		if m := answer(network, q); m != nil {
			if err := w.WriteMsg(m); err != nil {
				t.Errorf("the server can't answer: %v", err)
			}
		}
	})
	pc, l := bind(t)
	s.addr = pc.LocalAddr().String()
	var ready, done sync.WaitGroup
	ready.Add(2)
	for _, srv := range []*dns.Server{{PacketConn: pc}, {Listener: l}} {
		srv.Handler, srv.NotifyStartedFunc = handler, ready.Done
		done.Go(func() {
			if err := srv.ActivateAndServe(); err != nil {
				t.Errorf("the server stopped: %v", err)
			}
		})
		t.Cleanup(func() {
			if err := srv.Shutdown(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(ready.Wait)
	ready.Wait()
	return s
}

// bind takes a port that is free for UDP and TCP.
func bind(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 100 {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", pc.LocalAddr().String())
		if err == nil {
			return pc, l
		}
		pc.Close()
	}
	t.Fatal("no port is free for both UDP and TCP")
	return nil, nil
}

// freePort gives an address where nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	pc, l := bind(t)
	pc.Close()
	l.Close()
	return pc.LocalAddr().String()
}

// queries gives what was asked so far.
func (s *server) queries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// zone answers from records in the form of zone files; names that it doesn't
// hold don't exist.
func zone(t *testing.T, records ...string) respond {
	t.Helper()
	var rrs []dns.RR
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		rrs = append(rrs, rr)
	}
	soa, err := dns.NewRR("test. 600 IN SOA ns.test. root.test. 1 1 1 1 60")
	if err != nil {
		t.Fatal(err)
	}
	return func(_ string, q *dns.Msg) *dns.Msg {
		m := new(dns.Msg).SetReply(q)
		name, exists := q.Question[0].Name, false
		for _, rr := range rrs { // in the order of the zone, so aliases come first
			h := rr.Header()
			if canonical(h.Name) != canonical(name) {
				continue
			}
			exists = true
			if c, ok := rr.(*dns.CNAME); ok {
				name = c.Target
			}
			if h.Rrtype == q.Question[0].Qtype || h.Rrtype == dns.TypeCNAME {
				m.Answer = append(m.Answer, rr)
			}
		}
		if !exists {
			m.Rcode = dns.RcodeNameError
		}
		if len(m.Answer) == 0 {
			m.Ns = append(m.Ns, soa)
		}
		return m
	}
}

// rcode answers every query with an error.
func rcode(code int) respond {
	return func(_ string, q *dns.Msg) *dns.Msg { return new(dns.Msg).SetRcode(q, code) }
}

func silence(string, *dns.Msg) *dns.Msg { return nil }

// file writes a file of the given text.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// resolver makes a Resolver that asks the given servers and no hosts file.
func resolver(t *testing.T, addrs ...string) *Resolver {
	t.Helper()
	r, err := New(Config{Hosts: filepath.Join(t.TempDir(), "none"), ResolvConf: filepath.Join(t.TempDir(), "none")})
	if err != nil {
		t.Fatal(err)
	}
	s := systemServers()
	s.addrs = addrs
	r.fixed = &s
	return r
}

// impatient lets r wait for one server only shortly.
func impatient(r *Resolver) *Resolver {
	r.timeout = 20 * time.Millisecond
	return r
}

func lookup(t *testing.T, r *Resolver, kind Kind, name string) Answer {
	t.Helper()
	a, err := r.Lookup(context.Background(), kind, name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
