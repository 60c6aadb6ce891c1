//go:build ipsec

package ipsec

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// bound is longer than anything takes that works.
const bound = 20 * time.Second

// udp opens a socket.
func udp(t *testing.T, n *namespace, at netip.AddrPort) *net.UDPConn {
	t.Helper()
	c := in(t, n, func() (*net.UDPConn, error) { return net.ListenUDP("udp", net.UDPAddrFromAddrPort(at)) })
	t.Cleanup(func() { c.Close() })
	return c
}

func send(t *testing.T, c *net.UDPConn, to netip.AddrPort, text string) {
	t.Helper()
	_, err := c.WriteToUDPAddrPort([]byte(text), to)
	ok(t, err)
}

// receive waits for a datagram.
func receive(t *testing.T, c *net.UDPConn) (text string, from netip.AddrPort) {
	t.Helper()
	buf := make([]byte, 2000)
	ok(t, c.SetReadDeadline(time.Now().Add(bound)))
	n, from, err := c.ReadFromUDPAddrPort(buf)
	ok(t, err)
	return string(buf[:n]), netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

// expect receives and compares.
func expect(t *testing.T, c *net.UDPConn, from netip.AddrPort, text string) {
	t.Helper()
	if got, by := receive(t, c); got != text || by != from {
		t.Fatalf("received %q from %s; want %q from %s", got, by, text, from)
	}
}

// echo has client call server over TCP, from port to port, and waits for its
// own words.
func echo(t *testing.T, client, server *namespace, from, to netip.AddrPort, size int) {
	t.Helper()
	l := in(t, server, func() (net.Listener, error) { return net.Listen("tcp", to.String()) })
	defer l.Close()
	var serving sync.WaitGroup
	defer serving.Wait()
	serving.Go(func() {
		if c, err := l.Accept(); err == nil {
			io.Copy(c, c)
			c.Close()
		}
	})
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	c := in(t, client, func() (net.Conn, error) {
		return (&net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(from)}).DialContext(ctx, "tcp", to.String())
	})
	defer c.Close()
	ok(t, c.SetDeadline(time.Now().Add(bound)))
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i * i)
	}
	go c.Write(sent)
	got := make([]byte, size)
	_, err := io.ReadFull(c, got)
	ok(t, err)
	if string(got) != string(sent) {
		t.Fatal("the echo differs")
	}
}

// tap sees what crosses the wire.
type tap struct{ fd int }

func newTap(t *testing.T, n *namespace) *tap {
	t.Helper()
	const everything = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8
	fd := in(t, n, func() (int, error) {
		return unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, everything)
	})
	t.Cleanup(func() { unix.Close(fd) })
	ok(t, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20))
	return &tap{fd}
}

// packets gives the IP packets so far.
func (p *tap) packets(t *testing.T) [][]byte {
	t.Helper()
	var packets [][]byte
	for buf := make([]byte, 65536); ; {
		n, from, err := unix.Recvfrom(p.fd, buf, 0)
		if err == unix.EAGAIN {
			return packets
		}
		ok(t, err)
		kind := from.(*unix.SockaddrLinklayer).Protocol
		if kind = kind<<8 | kind>>8; kind == unix.ETH_P_IP || kind == unix.ETH_P_IPV6 {
			packets = append(packets, append([]byte(nil), buf[:n]...))
		}
	}
}

// protocolOf gives an IP packet's protocol.
func protocolOf(packet []byte) int {
	if packet[0]>>4 == 4 {
		return int(packet[9])
	}
	return int(packet[6])
}

// headerOf gives the length of an IP packet's header.
func headerOf(packet []byte) int {
	if packet[0]>>4 == 4 {
		return 20
	}
	return 40
}

// spis counts the ESP packets of each SPI; anything else but ICMPv6 (neighbour
// and multicast discovery) is an error.
func (p *tap) spis(t *testing.T) map[uint32]int {
	t.Helper()
	count := map[uint32]int{}
	for _, packet := range p.packets(t) {
		switch proto := protocolOf(packet); {
		case proto == unix.IPPROTO_ESP:
			count[binary.BigEndian.Uint32(packet[headerOf(packet):])]++
		case packet[0]>>4 == 6 && (proto == unix.IPPROTO_ICMPV6 || proto == unix.IPPROTO_HOPOPTS):
		default:
			t.Errorf("a packet of IP protocol %d crossed the wire: % x", proto, packet[:min(len(packet), 60)])
		}
	}
	return count
}

// until waits until done says so.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(bound); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// TestMain refuses to run where nothing can be tested.
func TestMain(m *testing.M) {
	if err := Available(); err != nil {
		fmt.Fprintf(os.Stderr, "these tests need a kernel with ESP (cmd/internal/uml/run gives them one): %v\n", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
