package sipnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/imsphone/imsphone/protocol/transport"
)

// The kinds of failure; an error of this package that isn't one of them wraps
// one of them where the kind is known.
var (
	// ErrClosed: the Socket was closed.
	ErrClosed = errors.New("SIP socket closed")
	// ErrNoFlow: the flow isn't of this Socket, or its connection is gone.
	ErrNoFlow = errors.New("no such flow: open a new one")
	// ErrCongested: the peer or the network takes nothing at the moment.
	ErrCongested = errors.New("the peer doesn't take what is sent: try again later or another server")
	// ErrTooLarge: the message doesn't fit a datagram.
	ErrTooLarge = errors.New("message too long for UDP: send it by TCP")
	// ErrRefused: nobody listens at the remote address.
	ErrRefused = errors.New("nobody listens there: check address and port, and that the server runs")
	// ErrUnreachable: there is no way to the remote address.
	ErrUnreachable = errors.New("no route there: check the network connection")
	// ErrTimeout: the peer doesn't answer.
	ErrTimeout = errors.New("no answer in time: check address, network and firewall")
	// ErrEnded: the peer closed the connection.
	ErrEnded = errors.New("the peer closed the connection")
	// ErrReset: the peer broke the connection off.
	ErrReset = errors.New("the peer reset the connection")
	// ErrIdle: an accepted connection had nothing to say for too long.
	ErrIdle = errors.New("the connection was idle for too long")
	// ErrSlow: a message began and didn't end.
	ErrSlow = errors.New("a message didn't come to its end in time")
	// ErrNoPong: the peer, which answered keep-alives before, doesn't any more
	// (RFC 5626 §4.4.1).
	ErrNoPong = errors.New("the peer doesn't answer keep-alives any more")
	// ErrCertificate: the server's certificate isn't one for its domain, or
	// isn't trusted.
	ErrCertificate = errors.New("the server's certificate can't be trusted")
	// ErrInUse: another program has the address and port.
	ErrInUse = errors.New("the address is in use: stop the program that has it or set account.local to another port")
	// ErrNotLocal: the address to bind isn't one of this machine's.
	ErrNotLocal = errors.New("the address is not one of this machine's: correct account.local")
)

// explain wraps err, from the system, with the kind that it is of.
func explain(err error) error {
	kind := kindOf(err)
	if kind == nil {
		return err
	}
	return fmt.Errorf("%w (%w)", kind, err)
}

// kinds maps the system's errors to ours.
var kinds = []struct{ system, kind error }{
	{net.ErrClosed, ErrClosed},
	{syscall.ECONNREFUSED, ErrRefused},
	{syscall.EHOSTUNREACH, ErrUnreachable},
	{syscall.ENETUNREACH, ErrUnreachable},
	{syscall.ENETDOWN, ErrUnreachable},
	{syscall.EADDRINUSE, ErrInUse},
	{syscall.EADDRNOTAVAIL, ErrNotLocal},
	{syscall.EMSGSIZE, ErrTooLarge},
	{syscall.EAGAIN, ErrCongested},
	{syscall.ENOBUFS, ErrCongested},
	{syscall.ECONNRESET, ErrReset},
	{syscall.EPIPE, ErrReset},
	{syscall.ETIMEDOUT, ErrTimeout},
	{context.DeadlineExceeded, ErrTimeout},
	{os.ErrDeadlineExceeded, ErrTimeout},
	{io.EOF, ErrEnded},
	{io.ErrUnexpectedEOF, ErrEnded},
}

func kindOf(err error) error {
	for _, k := range kinds {
		if errors.Is(err, k.kind) {
			return nil // explained already
		}
		if errors.Is(err, k.system) {
			return k.kind
		}
	}
	return nil
}

// about names what an error happened to.
func about(proto transport.Proto, remote netip.AddrPort, err error) error {
	return fmt.Errorf("%s %s: %w", proto, remote, explain(err))
}
