package sipnet

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/transport"
)

// news is a copy of an Inbound that outlives the callback.
type news struct {
	flow transport.Flow
	data string
	err  error
}

// phone is a Socket whose news go to a channel.
type phone struct {
	*Socket
	news chan news
}

func listen(t *testing.T, cfg Config) *phone {
	t.Helper()
	p := &phone{news: make(chan news, 1000)}
	s, err := Listen(cfg, func(in transport.Inbound) {
		p.news <- news{in.Flow, string(in.Data), in.Err}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Socket = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

// message is a small SIP message that tells its number.
func message(n int) string {
	return fmt.Sprintf("OPTIONS sip:a@b SIP/2.0\r\nCSeq: %d OPTIONS\r\nContent-Length: 0\r\n\r\n", n)
}

// expect waits for one message.
func (p *phone) expect(t *testing.T, want string) transport.Flow {
	t.Helper()
	in := <-p.news
	if in.err != nil || in.data != want {
		t.Fatalf("got %q, %v on %s; want %q", in.data, in.err, in.flow, want)
	}
	return in.flow
}

// expectErr waits for the loss of a flow.
func (p *phone) expectErr(t *testing.T) (transport.Flow, error) {
	t.Helper()
	in := <-p.news
	if in.err == nil {
		t.Fatalf("got %q on %s, want an error", in.data, in.flow)
	}
	return in.flow, in.err
}

func (p *phone) send(t *testing.T, flow transport.Flow, text string) {
	t.Helper()
	if err := p.Send(flow, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (p *phone) dial(t *testing.T, proto transport.Proto, remote netip.AddrPort) transport.Flow {
	t.Helper()
	flow, err := p.Dial(context.Background(), proto, remote, "proxy.test")
	if err != nil {
		t.Fatal(err)
	}
	return flow
}

// loopbacks gives this machine's loopback addresses with any port, IPv6 only
// where the system has it.
func loopbacks(t *testing.T) []netip.AddrPort {
	t.Helper()
	list := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}
	six := netip.MustParseAddrPort("[::1]:0")
	if l, err := net.ListenTCP("tcp6", net.TCPAddrFromAddrPort(six)); err == nil {
		l.Close()
		list = append(list, six)
	}
	return list
}

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// freePort gives a loopback address that nobody listens at.
func freePort(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(loopback))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return addrPortOf(l.Addr())
}

// says tells whether err's text holds all the words.
func says(err error, words ...string) bool {
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			return false
		}
	}
	return true
}
