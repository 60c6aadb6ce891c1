package resolver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/miekg/dns"
)

// udpSize is the longest UDP response that is asked for: larger ones would be
// fragmented on some ways.
const udpSize = 1232

// ask asks the servers in turn until one gives a usable response.
func (s servers) ask(ctx context.Context, kind Kind, name string) (*dns.Msg, error) {
	var last error
	for range s.rounds {
		for _, server := range s.addrs {
			m, err := askServer(ctx, server, s.timeout, kind, name)
			if err == nil {
				return m, nil
			}
			if ctx.Err() != nil {
				return nil, &QueryError{kind, name, ctx.Err()}
			}
			last = fmt.Errorf("%s: %w", server, err)
		}
	}
	return nil, &QueryError{kind, name, last}
}

// askServer asks one server: by UDP, without EDNS if it doesn't know that
// (RFC 6891 §7), and by TCP if the response doesn't fit.
func askServer(ctx context.Context, server string, timeout time.Duration, kind Kind, name string) (*dns.Msg, error) {
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), uint16(kind))
	q.SetEdns0(udpSize, false)
	m, err := exchange(ctx, "udp", server, timeout, q)
	if err == nil && (m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented) {
		q.Extra = nil
		m, err = exchange(ctx, "udp", server, timeout, q)
	}
	if err == nil && m.Truncated {
		m, err = exchange(ctx, "tcp", server, timeout, q)
	}
	if err != nil {
		return nil, err
	}
	return m, usable(m)
}

// usable tells what is wrong with a response that another server may do better.
func usable(m *dns.Msg) error {
	if m.Rcode == dns.RcodeSuccess || m.Rcode == dns.RcodeNameError {
		return nil
	}
	return fmt.Errorf("it answers %s", dns.RcodeToString[m.Rcode])
}

// exchange sends one query and waits for its response, from a port of its own.
func exchange(ctx context.Context, network, server string, timeout time.Duration, q *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	client := dns.Client{Net: network, Timeout: timeout, UDPSize: udpSize}
	conn, err := client.DialContext(ctx, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })() // the library only knows deadlines
	m, _, err := client.ExchangeWithConnContext(ctx, q, conn)
	switch {
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errors.New("no answer in time")
	case err != nil && m == nil:
		return nil, err
	case !answers(m, q):
		return nil, errors.New("it answers another question")
	case err != nil && !m.Truncated: // a truncated response may end inside a record
		return nil, err
	}
	return m, nil
}

// answers tells whether m is the response to q.
func answers(m, q *dns.Msg) bool {
	return m.Response && m.Opcode == dns.OpcodeQuery && len(m.Question) == 1 &&
		canonical(m.Question[0].Name) == canonical(q.Question[0].Name) &&
		m.Question[0].Qtype == q.Question[0].Qtype && m.Question[0].Qclass == q.Question[0].Qclass
}
